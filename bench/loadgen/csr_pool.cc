#include "bench/loadgen/csr_pool.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/process_usage.h"
#include "base/status_macros.h"
#include "client/key_and_csr.h"
#include "x509/pem.h"
#include "x509/requested_name.h"

namespace fleetca::loadgen {
namespace {

constexpr absl::string_view kPemPrivateKey = "PRIVATE KEY";
constexpr absl::Duration kProgressInterval = absl::Milliseconds(200);

absl::StatusOr<CsrPool::Entry> MakeEntry(const CsrPoolSpec& spec, size_t i) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::RequestedName name,
                           x509::ParseRequestedName(PoolName(spec, i)));
  FLEETCA_ASSIGN_OR_RETURN(client::KeyAndCsr made, client::MakeKeyAndCsr(spec.key, {name}));
  FLEETCA_ASSIGN_OR_RETURN(std::string key_der,
                           x509::DecodeOnePem(kPemPrivateKey, made.private_key_pem.view()));
  return CsrPool::Entry{std::move(made.csr_der), std::move(key_der)};
}

// Threads that take the next entry until there is none or one failed.
class PoolMaker {
 public:
  explicit PoolMaker(CsrPool* pool) : pool_(*pool) {
    const size_t count = std::max<size_t>(1, DescribeMachine().cpus_allowed);
    for (size_t i = 0; i < std::min(count, pool_.spec.size); ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }

  size_t done() const { return done_.load(std::memory_order_relaxed); }
  bool failed() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return !status_.ok();
  }

  absl::Status Join() ABSL_LOCKS_EXCLUDED(mutex_) {
    for (std::thread& thread : threads_) {
      thread.join();
    }
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_) {
    while (true) {
      const size_t i = next_.fetch_add(1, std::memory_order_relaxed);
      if (i >= pool_.spec.size) {
        return;
      }
      absl::StatusOr<CsrPool::Entry> entry = MakeEntry(pool_.spec, i);
      if (!entry.ok()) {
        absl::MutexLock lock(&mutex_);
        status_ = entry.status();
        next_.store(pool_.spec.size, std::memory_order_relaxed);
        return;
      }
      pool_.entries[i] =
          *std::move(entry);  // each entry has one writer, and Join comes before readers
      done_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  CsrPool& pool_;
  std::atomic<size_t> next_{0};
  std::atomic<size_t> done_{0};
  mutable absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace

std::string PoolName(const CsrPoolSpec& spec, size_t i) {
  return absl::StrCat("URI:", spec.name_prefix, i % spec.names);
}

std::string PoolPrivateKeyPem(const CsrPool& pool, size_t i) {
  return x509::EncodePem(kPemPrivateKey, pool.entries[i].private_key_der);
}

absl::StatusOr<CsrPool> MakeCsrPool(const CsrPoolSpec& spec, const PoolProgress& progress) {
  CsrPool pool;
  pool.spec = spec;
  pool.entries.resize(spec.size);
  PoolMaker maker(&pool);
  // At least once, so that the end is told however quickly it comes.
  do {
    absl::SleepFor(kProgressInterval);
    progress(maker.done(), spec.size);
  } while (maker.done() < spec.size && !maker.failed());
  FLEETCA_RETURN_IF_ERROR(maker.Join());
  return pool;
}

}  // namespace fleetca::loadgen

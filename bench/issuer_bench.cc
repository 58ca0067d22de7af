// What one certificate costs in the issuing cycle, as a ratio to the cryptography in it.
//
// Workloads (P-256 issuer and subjects, CSRs of distinct keys, one thread):
//   IssueMemory/N      IssueBatch of N into the memory store
//   IssueMemoryIds/N   the same with a request_id for each
//   IssueRocksDb/N     IssueBatch of N into RocksDB, one synced write a batch
//   IssueRocksDbIds/N  the same with a request_id for each
//   FlatMemory         200,000 certificates into a memory store that is emptied: resident memory on
//   the way FlatMemoryRocksDb  the same into RocksDB: bounded by its write buffers and block cache
//
// Each iteration issues a batch and then does the bare cryptography of the same batch with OpenSSL,
// one ECDSA verification and one signature for each certificate, through contexts that are kept:
// both see the same machine at the same time. Counters:
//   cpu_us    CPU microseconds per certificate, RocksDB's own threads included
//   raw_us    CPU microseconds of the bare cryptography per certificate
//   ratio     cpu_us / raw_us
//
// bazel run --config=opt //bench:issuer_bench
#include <benchmark/benchmark.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/random.h"
#include "store/memory_store.h"
#include "store/rocksdb_store.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_issuer.h"
#include "x509/csr.h"

namespace fleetca {
namespace {

constexpr size_t kDistinctKeys = 512;

double CpuSeconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Check(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "issuer_bench: %s failed %s\n", what, DrainOpenSslErrors().c_str());
    std::abort();
  }
}

const std::vector<std::string>& Csrs() {
  static const auto* const csrs = [] {
    auto* made = new std::vector<std::string>();
    for (size_t i = 0; i < kDistinctKeys; ++i) {
      const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
      const std::string id = absl::StrCat("spiffe://fleet.test/svc/web-", i);
      testing::CsrOptions options;
      options.key = key.get();
      options.names = {{x509::NameType::kUri, id}};
      made->push_back(testing::MakeCsr(options));
    }
    return made;
  }();
  return *csrs;
}

// One verification and one signature, by OpenSSL, with everything that can be kept made beforehand.
class RawCryptography {
 public:
  RawCryptography() {
    key_ = testing::NewTestKey(KeyType::kP256);
    signer_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    verifier_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
    Check(EVP_PKEY_sign_init(signer_.get()) == 1, "EVP_PKEY_sign_init");
    Check(EVP_PKEY_verify_init(verifier_.get()) == 1, "EVP_PKEY_verify_init");
    signature_size_ = Sign(signature_);
  }

  void Run() {
    unsigned char signature[80];
    benchmark::DoNotOptimize(Sign(signature));
    Check(EVP_PKEY_verify(verifier_.get(), signature_, signature_size_, digest_, sizeof(digest_)) ==
              1,
          "EVP_PKEY_verify");
  }

 private:
  size_t Sign(unsigned char* signature) {
    size_t size = sizeof(signature_);
    Check(EVP_PKEY_sign(signer_.get(), signature, &size, digest_, sizeof(digest_)) == 1,
          "EVP_PKEY_sign");
    return size;
  }

  EvpPkeyPtr key_;
  EvpPkeyCtxPtr signer_;
  EvpPkeyCtxPtr verifier_;
  unsigned char digest_[32] = {1, 2, 3};
  unsigned char signature_[80];
  size_t signature_size_ = 0;
};

// Issuances for one batch, used again and again.
class Batch {
 public:
  Batch(size_t size, bool with_ids) : with_ids_(with_ids) {
    for (size_t i = 0; i < size; ++i) {
      pointers_.push_back(&issuances_.emplace_back(Csrs()[i % Csrs().size()]));
      ids_.emplace_back(16, '\0');
    }
  }

  // The next CSRs, and new ids.
  void Prepare() {
    for (size_t i = 0; i < issuances_.size(); ++i) {
      issuances_[i].request.csr_der = Csrs()[next_++ % Csrs().size()];
      if (with_ids_) {
        Check(RandomBytes(absl::MakeSpan(ids_[i].data(), ids_[i].size())).ok(), "RandomBytes");
        issuances_[i].request.request_id = ids_[i];
      }
    }
  }

  void CheckAnswers() {
    for (testing::RecordingIssuance& issuance : issuances_) {
      Check(issuance.outcome.ok() && !issuance.outcome->certificate.empty(), "an issuance");
    }
  }

  absl::Span<service::Issuance* const> span() const { return pointers_; }
  size_t size() const { return pointers_.size(); }

 private:
  const bool with_ids_;
  std::deque<testing::RecordingIssuance> issuances_;
  std::vector<service::Issuance*> pointers_;
  std::vector<std::string> ids_;
  size_t next_ = 0;
};

void Measure(benchmark::State& state, store::Store* store, bool with_ids,
             store::MemoryStore* to_clear) {
  testing::TestIssuer ca({.store = store, .clock = &Clock::System()});
  Batch batch(state.range(0), with_ids);
  RawCryptography raw;
  double raw_seconds = 0;
  const double start = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID);
  for (auto _ : state) {
    batch.Prepare();
    ca.issuer().IssueBatch(batch.span());
    const double raw_start = CpuSeconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < batch.size(); ++i) {
      raw.Run();
    }
    raw_seconds += CpuSeconds(CLOCK_THREAD_CPUTIME_ID) - raw_start;
    if (to_clear != nullptr && to_clear->size() > 4096) {
      to_clear->Clear();
    }
  }
  const double seconds = CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - start - raw_seconds;
  batch.CheckAnswers();
  const double certificates = static_cast<double>(state.iterations()) * state.range(0);
  state.SetItemsProcessed(static_cast<int64_t>(certificates));
  state.counters["cpu_us"] = seconds / certificates * 1e6;
  state.counters["raw_us"] = raw_seconds / certificates * 1e6;
  state.counters["ratio"] = seconds / raw_seconds;
}

// A store in a folder of its own, removed in the end.
class TemporaryRocksDb {
 public:
  TemporaryRocksDb() {
    store::RocksDbOptions options;
    options.path = folder_.path() + "/store";
    auto opened = store::OpenRocksDbStore(options);
    Check(opened.ok(), "OpenRocksDbStore");
    store_ = *std::move(opened);
  }
  store::Store* get() { return store_.get(); }

 private:
  // Where a disk is behind it: /tmp may be memory.
  static std::string Parent() {
    const char* folder = std::getenv("FLEETCA_BENCH_DIR");
    return folder != nullptr ? folder : "/var/tmp";
  }

  const testing::TemporaryFolder folder_{Parent()};
  std::unique_ptr<store::Store> store_;
};

void IssueMemory(benchmark::State& state) {
  store::MemoryStore store;
  Measure(state, &store, /*with_ids=*/false, &store);
}
void IssueMemoryIds(benchmark::State& state) {
  store::MemoryStore store;
  Measure(state, &store, /*with_ids=*/true, &store);
}
void IssueRocksDb(benchmark::State& state) {
  TemporaryRocksDb store;
  Measure(state, store.get(), /*with_ids=*/false, nullptr);
}
void IssueRocksDbIds(benchmark::State& state) {
  TemporaryRocksDb store;
  Measure(state, store.get(), /*with_ids=*/true, nullptr);
}

BENCHMARK(IssueMemory)->Arg(1)->Arg(8)->Arg(64)->Arg(256);
BENCHMARK(IssueMemoryIds)->Arg(64);
BENCHMARK(IssueRocksDb)->Arg(1)->Arg(8)->Arg(64)->Arg(256);
BENCHMARK(IssueRocksDbIds)->Arg(64);

double ResidentMebibytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long total = 0;
  long resident = 0;
  Check(file != nullptr && std::fscanf(file, "%ld %ld", &total, &resident) == 2, "statm");
  std::fclose(file);
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

// Issues 200,000 certificates and notes the resident memory at each quarter.
void MeasureMemory(benchmark::State& state, store::Store* store, store::MemoryStore* to_clear) {
  constexpr int kQuarter = 50'000;
  testing::TestIssuer ca({.store = store, .clock = &Clock::System()});
  Batch batch(50, /*with_ids=*/true);
  for (auto _ : state) {
    for (int quarter = 1; quarter <= 4; ++quarter) {
      for (int issued = 0; issued < kQuarter; issued += static_cast<int>(batch.size())) {
        batch.Prepare();
        ca.issuer().IssueBatch(batch.span());
        if (to_clear != nullptr && to_clear->size() > 4096) {
          to_clear->Clear();
        }
      }
      state.counters[absl::StrCat("rss_mib_at_", quarter * kQuarter / 1000, "k")] =
          ResidentMebibytes();
    }
  }
  batch.CheckAnswers();
  state.SetItemsProcessed(4 * kQuarter);
}

void FlatMemory(benchmark::State& state) {
  store::MemoryStore store;
  MeasureMemory(state, &store, &store);
}
void FlatMemoryRocksDb(benchmark::State& state) {
  TemporaryRocksDb store;
  MeasureMemory(state, store.get(), nullptr);
}
BENCHMARK(FlatMemory)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(FlatMemoryRocksDb)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fleetca

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the server does
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

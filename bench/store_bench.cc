// The record of a certificate on stable storage.
//
// Workloads, for certificates of each type of subscriber key (they differ in size), batches of 1 to
// 256 records with a request key each, 1 and 2 threads on one store:
//   AppendRocksDb   Store::Write, durable on return
//   AppendMemory    the same into the memory store: what is not the disk (P-256 only)
//   WriteAndSync    the same octets of certificates by one write and one fdatasync a batch: the
//                   floor of any store (P-256 only)
// cpu_us counts RocksDB's own threads as well. raw is one verification by that key and one P-256
// signature: what the certificate costs at the least. obvious is one write and one fdatasync for
// each record, the least that a text file of certificates needs. See bench/stage.h for the
// counters; a sync waits for the disk, so items_per_second is lower than cpu_us says.
//
//   FLEETCA_BENCH_DIR=/mnt/disk bazel run --config=opt //bench:store_bench
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "bench/check.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "bench/temporary_store.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"
#include "x509/testing/test_ca.h"

namespace fleetca::bench {
namespace {

std::string CertificateOf(KeyType type) {
  static const auto* const ca = new x509::TestCa(x509::MakeTestRoot(KeyType::kP256));
  return x509::IssueLeaf(*ca, testing::TestKey::OfType(type));
}

// Records that were never written before, a batch at a time.
class NewRecords {
 public:
  // Those of another `thread` have other numbers.
  NewRecords(KeyType type, int thread)
      : certificate_(CertificateOf(type)), number_(uint64_t{1} << (36 + thread)) {}

  void Prepare(size_t count) {
    records_ = store::TestRecords(number_, count);
    for (store::CertificateRecord& record : records_) {
      record.certificate = certificate_;
      record.identity = absl::StrCat("spiffe://fleet.test/svc/web-", number_++ % 100'000);
    }
    next_ = 0;
  }
  absl::Span<const store::CertificateRecord> Next(size_t count) {
    next_ += count;
    return absl::MakeConstSpan(records_).subspan(next_ - count, count);
  }

 private:
  const std::string certificate_;
  uint64_t number_;
  std::vector<store::CertificateRecord> records_;
  size_t next_ = 0;
};

// A file that grows by what is written and synced.
class SyncedFile {
 public:
  SyncedFile()
      : fd_(open((folder_.path() + "/log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC,
                 0600)) {
    Check(fd_ >= 0, "opening a file in FLEETCA_BENCH_DIR");
  }
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;
  ~SyncedFile() { close(fd_); }

  void Append(absl::string_view bytes) {
    Check(write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
              fdatasync(fd_) == 0,
          "a synced write");
  }

 private:
  const testing::TemporaryFolder folder_{StoreParent()};
  const int fd_;
};

// Both threads append to `store`, which thread 0 has made by the time the loop begins.
void MeasureAppend(benchmark::State& state, KeyType type, std::function<store::Store*()> store) {
  NewRecords records(type, state.thread_index());
  RawCryptography cryptography(type, KeyType::kP256);
  const std::string certificate = CertificateOf(type);
  SyncedFile file;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.has_threads = true;
  stage.prepare = [&](size_t batches) { records.Prepare(batches * stage.batch); };
  stage.run_batch = [&] {
    CheckOk(store::WriteStored(*store(), {.certificates = records.Next(stage.batch)}), "Write");
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { file.Append(certificate); };
  MeasureStage(state, stage);
}

void AppendRocksDb(benchmark::State& state, KeyType type) {
  static std::unique_ptr<TemporaryRocksDb> shared;
  if (state.thread_index() == 0) {
    shared = std::make_unique<TemporaryRocksDb>();
  }
  MeasureAppend(state, type, [] { return shared->get(); });
  if (state.thread_index() == 0) {
    shared.reset();
  }
}

// Emptied now and then: the memory stays flat.
void AppendMemory(benchmark::State& state, KeyType type) {
  static auto* const shared = new store::MemoryStore();
  MeasureAppend(state, type, [] {
    if (shared->size() > 4096) {
      shared->Clear();
    }
    return shared;
  });
}

void WriteAndSync(benchmark::State& state, KeyType type) {
  SyncedFile file;
  const std::string certificate = CertificateOf(type);
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  std::string bytes;
  for (size_t i = 0; i < stage.batch; ++i) {
    bytes += certificate;
  }
  stage.run_batch = [&] { file.Append(bytes); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("AppendRocksDb", AppendRocksDb);
  RegisterStage("AppendMemory", AppendMemory, KeyType::kP256);
  RegisterStage("WriteAndSync", WriteAndSync, KeyType::kP256);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench

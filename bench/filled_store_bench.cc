// A store that has been filled for long: does what it takes grow with what it holds?
//
// FilledStore/N: N records of 740 octets or so with request keys, of four lifetimes and 100,000
// identities, are written, 1,000 to a commit; the store is closed and opened again. Counters:
//   fill_per_second   records written in a second of wall time, which includes compactions
//   start_ms          OpenRocksDbStore
//   rss_start_mb      resident memory after that, rss_end_mb after the work below
//   tables            table files on the disk; descriptors: how many the process has open
//   found_us          wall time of GetByRequestKey for a random record that is there
//   absent_us         the same for one that is not, which is what an issuance asks
//   write64_us        wall time for each record of a Write of 64
// Takes minutes, so it runs only when it is asked for, with N:
//   export FLEETCA_BENCH_FILLED=10000000
//   bazel run --config=opt //bench:store_bench -- --benchmark_filter=FilledStore
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "bench/temporary_store.h"
#include "benchmark/benchmark.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::bench {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kBatch = 1000;
constexpr uint64_t kLookUps = 20000;
constexpr uint64_t kWrites = 200;
constexpr uint64_t kWriteBatch = 64;

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

double ResidentMegabytes() {
  std::ifstream status("/proc/self/statm");
  double total = 0;
  double resident = 0;
  status >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

size_t CountFiles(const std::string& folder, const std::string& extension) {
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    count += extension.empty() || entry.path().extension() == extension ? 1 : 0;
  }
  return count;
}

// As a fleet renews: each lifetime appends at a place of its own.
store::CertificateRecord RecordOf(uint64_t number, const std::string& certificate) {
  constexpr int64_t kHoursOfLifetimes[] = {1, 24, 168, 2160};
  const absl::Time issued = absl::FromUnixSeconds(1700000000 + static_cast<int64_t>(number / 1000));
  store::CertificateRecord record;
  record.not_after = issued + absl::Hours(kHoursOfLifetimes[number % 4]);
  record.serial = store::TestSerial(record.not_after, number);
  record.certificate = certificate;
  record.identity = absl::StrCat("spiffe://fleet.test/svc/web-", number % 100'000);
  record.requester = record.identity;
  record.profile = "service";
  record.request_key = store::TestRequestKey(number);
  record.request_digest = record.request_key;
  record.issued_at = issued;
  record.not_before = issued;
  return record;
}

std::vector<store::CertificateRecord> RecordsOf(uint64_t first, uint64_t count,
                                                const std::string& certificate) {
  std::vector<store::CertificateRecord> records;
  records.reserve(count);
  for (uint64_t number = first; number < first + count; ++number) {
    records.push_back(RecordOf(number, certificate));
  }
  return records;
}

void FilledStore(benchmark::State& state, uint64_t records) {
  const testing::TemporaryFolder folder(StoreParent());
  store::RocksDbOptions options;
  options.path = folder.path() + "/store";
  const std::string certificate = store::TestRecord(1).certificate;
  for (auto iteration : state) {
    auto start = std::chrono::steady_clock::now();
    {
      const auto store = OrDie(store::OpenRocksDbStore(options), "OpenRocksDbStore");
      for (uint64_t first = 0; first < records; first += kBatch) {
        CheckOk(store::WriteStored(*store, {.certificates = RecordsOf(first, kBatch, certificate)}),
                "Write");
      }
    }
    state.counters["fill_per_second"] = static_cast<double>(records) / Seconds(start);
    start = std::chrono::steady_clock::now();
    const auto store = OrDie(store::OpenRocksDbStore(options), "OpenRocksDbStore");
    state.counters["start_ms"] = Seconds(start) * 1e3;
    state.counters["rss_start_mb"] = ResidentMegabytes();
    std::mt19937_64 random(1);
    start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < kLookUps; ++i) {
      CheckOk(store->GetByRequestKey(store::TestRequestKey(random() % records)).status(), "found");
    }
    state.counters["found_us"] = Seconds(start) * 1e6 / kLookUps;
    start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < kLookUps; ++i) {
      Check(!store->GetByRequestKey(store::TestRequestKey(records + 1 + random() % records)).ok(),
            "a record that was never written");
    }
    state.counters["absent_us"] = Seconds(start) * 1e6 / kLookUps;
    double writing = 0;
    for (uint64_t i = 0; i < kWrites; ++i) {
      const auto batch = RecordsOf(4 * records + i * kWriteBatch, kWriteBatch, certificate);
      start = std::chrono::steady_clock::now();
      CheckOk(store::WriteStored(*store, {.certificates = batch}), "Write");
      writing += Seconds(start);
    }
    state.counters["write64_us"] = writing * 1e6 / (kWrites * kWriteBatch);
    state.counters["rss_end_mb"] = ResidentMegabytes();
    state.counters["tables"] = static_cast<double>(CountFiles(options.path + "/rocksdb", ".sst"));
    state.counters["descriptors"] = static_cast<double>(CountFiles("/proc/self/fd", ""));
  }
}

[[maybe_unused]] const bool kRegistered = [] {
  const char* const asked = std::getenv("FLEETCA_BENCH_FILLED");
  uint64_t records = 0;
  if (asked != nullptr && absl::SimpleAtoi(asked, &records) && records >= kBatch) {
    benchmark::RegisterBenchmark(absl::StrCat("FilledStore/", records).c_str(), FilledStore,
                                 records / kBatch * kBatch)
        ->Iterations(1)
        ->Unit(benchmark::kSecond);
  }
  return true;
}();

}  // namespace
}  // namespace fleetca::bench

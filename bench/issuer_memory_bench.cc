// The resident memory of a CA that issues 200,000 certificates, with a request_id for each.
//
// Workloads; rss_mib_at_50k and so on are mebibytes after so many certificates:
//   FlatMemory         into a memory store that is emptied on the way: nothing else may grow
//   FlatMemoryRocksDb  into RocksDB: bounded by its write buffers and block cache
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "bench/issuing_fixture.h"
#include "bench/temporary_store.h"
#include "benchmark/benchmark.h"

namespace fleetca::bench {
namespace {

constexpr int kQuarter = 50'000;
constexpr size_t kBatch = 50;

double ResidentMebibytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long total = 0;
  long resident = 0;
  Check(file != nullptr && std::fscanf(file, "%ld %ld", &total, &resident) == 2,
        "reading /proc/self/statm");
  std::fclose(file);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void MeasureMemory(benchmark::State& state, store::Store* store, store::MemoryStore* to_clear) {
  testing::TestIssuer ca({.store = store, .clock = &Clock::System()});
  IssuanceBatch batch(KeyType::kP256, kBatch, /*with_request_ids=*/true);
  for (auto _ : state) {
    for (int quarter = 1; quarter <= 4; ++quarter) {
      for (int issued = 0; issued < kQuarter; issued += static_cast<int>(kBatch)) {
        batch.Issue(ca.issuer());
        if (to_clear != nullptr) {
          KeepSmall(*to_clear);
        }
      }
      state.counters[absl::StrCat("rss_mib_at_", quarter * kQuarter / 1000, "k")] =
          ResidentMebibytes();
    }
  }
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
}  // namespace fleetca::bench

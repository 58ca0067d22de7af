// Two rates of the issuing cycle against each other, in turns of a fifth of a second so that both
// see the same machine. P-256, batches of 64; nothing else runs in between.
//
// Workloads:
//   StoredAgainstUnstored/workers:N/ids:B  N workers on an issuer over RocksDB, and N over the
//                                          memory store: stored_per_s, unstored_per_s, and
//                                          stored_share, the first over the second (wanted: at
//                                          least 0.9). ids:1: with a request_id for each
//   TwoWorkersAgainstOne/memory            two workers on one issuer, and one: two_per_s,
//   TwoWorkersAgainstOne/rocksdb           one_per_s, and speedup, the first over the second
//                                          (wanted: at least 1.8, on two cores with nothing else
//                                          to do)
// All rates are certificates in a second of wall time; ..._cpu_us is the process's CPU in
// microseconds per certificate. ..._cpus is how many processors the workers had on average: two of
// them on a machine that does other things as well get fewer than two, and then speedup says
// nothing. --benchmark_min_time has no effect here.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/cpu_time.h"
#include "bench/issuing_fixture.h"
#include "bench/temporary_store.h"
#include "benchmark/benchmark.h"

namespace fleetca::bench {
namespace {

constexpr double kTurnSeconds = 0.2;
constexpr int kTurns = 10;
constexpr size_t kBatch = 64;

// So many workers on one issuer, and what they have done so far.
class Workers {
 public:
  Workers(service::Issuer& issuer, int count, bool with_request_ids,
          store::MemoryStore* to_keep_small)
      : issuer_(issuer), to_keep_small_(to_keep_small) {
    for (int i = 0; i < count; ++i) {
      batches_.push_back(std::make_unique<IssuanceBatch>(KeyType::kP256, kBatch, with_request_ids));
    }
  }

  // All workers issue for kTurnSeconds.
  void TakeTurn() {
    const double wall = WallSeconds();
    const double cpu = ProcessCpuSeconds();
    std::vector<std::thread> threads;
    for (const auto& batch : batches_) {
      threads.emplace_back([this, &batch, end = wall + kTurnSeconds] {
        while (WallSeconds() < end) {
          batch->Issue(issuer_);
          issued_ += kBatch;
          if (to_keep_small_ != nullptr) {
            KeepSmall(*to_keep_small_);
          }
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    wall_seconds_ += WallSeconds() - wall;
    cpu_seconds_ += ProcessCpuSeconds() - cpu;
  }

  double rate() const { return static_cast<double>(issued_) / wall_seconds_; }

  // NAME_per_s, NAME_cpu_us and NAME_cpus.
  void Report(benchmark::State& state, const std::string& name) const {
    state.counters[name + "_per_s"] = rate();
    state.counters[name + "_cpu_us"] = cpu_seconds_ / static_cast<double>(issued_) * 1e6;
    state.counters[name + "_cpus"] = cpu_seconds_ / wall_seconds_;
  }

 private:
  service::Issuer& issuer_;
  store::MemoryStore* const to_keep_small_;
  std::vector<std::unique_ptr<IssuanceBatch>> batches_;
  std::atomic<size_t> issued_{0};
  double wall_seconds_ = 0;
  double cpu_seconds_ = 0;
};

void TakeTurns(benchmark::State& state, Workers& first, Workers& second) {
  for (auto _ : state) {
    first.TakeTurn();
    second.TakeTurn();
  }
}

void StoredAgainstUnstored(benchmark::State& state) {
  const int workers = static_cast<int>(state.range(0));
  const bool with_request_ids = state.range(1) != 0;
  TemporaryRocksDb rocksdb;
  store::MemoryStore memory;
  testing::TestIssuer stored_ca({.store = rocksdb.get(), .clock = &Clock::System()});
  testing::TestIssuer unstored_ca({.store = &memory, .clock = &Clock::System()});
  Workers stored(stored_ca.issuer(), workers, with_request_ids, nullptr);
  Workers unstored(unstored_ca.issuer(), workers, with_request_ids, &memory);
  TakeTurns(state, stored, unstored);
  stored.Report(state, "stored");
  unstored.Report(state, "unstored");
  state.counters["stored_share"] = stored.rate() / unstored.rate();
}

void TwoWorkersAgainstOne(benchmark::State& state, bool on_disk) {
  const auto rocksdb = on_disk ? std::make_unique<TemporaryRocksDb>() : nullptr;
  store::MemoryStore memory;
  testing::TestIssuer ca({.store = on_disk ? rocksdb->get() : &memory, .clock = &Clock::System()});
  Workers two(ca.issuer(), 2, /*with_request_ids=*/false, &memory);
  Workers one(ca.issuer(), 1, /*with_request_ids=*/false, &memory);
  TakeTurns(state, two, one);
  two.Report(state, "two");
  one.Report(state, "one");
  state.counters["speedup"] = two.rate() / one.rate();
}

BENCHMARK(StoredAgainstUnstored)
    ->ArgNames({"workers", "ids"})
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->Iterations(kTurns)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(TwoWorkersAgainstOne, memory, false)
    ->Iterations(kTurns)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(TwoWorkersAgainstOne, rocksdb, true)
    ->Iterations(kTurns)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace fleetca::bench

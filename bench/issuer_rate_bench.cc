// Two rates of the issuing cycle against each other, in turns of a fifth of a second so that both
// see the same machine. P-256, batches of 64, with a request_id for each; nothing else runs in
// between.
//
// Workloads:
//   StoredAgainstUnstored/threads:N  N workers on an issuer over RocksDB, and N over the memory
//                                    store: stored_per_s, unstored_per_s, and stored_share, the
//                                    first over the second (wanted: at least 0.9)
//   TwoWorkersAgainstOne/memory      two workers on one issuer, and one: two_per_s, one_per_s, and
//   TwoWorkersAgainstOne/rocksdb     speedup, the first over the second (wanted: at least 1.8, on
//                                    two cores with nothing else to do)
// All rates are certificates in a second of wall time. stored_cpu_us and so on are microseconds of
// the process's CPU per certificate. How long one takes: --benchmark_min_time has no effect here.
#include <atomic>
#include <memory>
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
constexpr int kMaxWorkers = 2;

// So many workers on one issuer, and what they have done so far.
class Workers {
 public:
  Workers(service::Issuer& issuer, int count, store::MemoryStore* to_keep_small)
      : issuer_(issuer), to_keep_small_(to_keep_small) {
    for (int i = 0; i < count; ++i) {
      batches_.push_back(std::make_unique<IssuanceBatch>(KeyType::kP256, kBatch, true));
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
  double cpu_us() const { return cpu_seconds_ / static_cast<double>(issued_) * 1e6; }

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
  TemporaryRocksDb rocksdb;
  store::MemoryStore memory;
  testing::TestIssuer stored_ca({.store = rocksdb.get(), .clock = &Clock::System()});
  testing::TestIssuer unstored_ca({.store = &memory, .clock = &Clock::System()});
  Workers stored(stored_ca.issuer(), workers, nullptr);
  Workers unstored(unstored_ca.issuer(), workers, &memory);
  TakeTurns(state, stored, unstored);
  state.counters["stored_per_s"] = stored.rate();
  state.counters["unstored_per_s"] = unstored.rate();
  state.counters["stored_share"] = stored.rate() / unstored.rate();
  state.counters["stored_cpu_us"] = stored.cpu_us();
  state.counters["unstored_cpu_us"] = unstored.cpu_us();
}

void TwoWorkersAgainstOne(benchmark::State& state, bool on_disk) {
  const auto rocksdb = on_disk ? std::make_unique<TemporaryRocksDb>() : nullptr;
  store::MemoryStore memory;
  testing::TestIssuer ca({.store = on_disk ? rocksdb->get() : &memory, .clock = &Clock::System()});
  Workers two(ca.issuer(), kMaxWorkers, &memory);
  Workers one(ca.issuer(), 1, &memory);
  TakeTurns(state, two, one);
  state.counters["two_per_s"] = two.rate();
  state.counters["one_per_s"] = one.rate();
  state.counters["speedup"] = two.rate() / one.rate();
  state.counters["two_cpu_us"] = two.cpu_us();
  state.counters["one_cpu_us"] = one.cpu_us();
}

BENCHMARK(StoredAgainstUnstored)
    ->ArgName("threads")
    ->DenseRange(1, kMaxWorkers)
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

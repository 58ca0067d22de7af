// One stage of an issuance, measured beside the bare cryptography and beside the obvious way.
#ifndef FLEETCA_BENCH_STAGE_H_
#define FLEETCA_BENCH_STAGE_H_

#include <cstddef>
#include <functional>

#include "benchmark/benchmark.h"

namespace fleetca::bench {

// What one thread of a benchmark does. Every function checks its own result (bench/check.h).
struct Stage {
  // The work for `batch` certificates.
  std::function<void()> run_batch;
  size_t batch = 1;
  // May be empty: makes ready what the next so many batches use up. Not measured.
  std::function<void(size_t batches)> prepare;
  // Each for one certificate, and may be empty: OpenSSL's bare cryptography, and the same stage
  // done the obvious way.
  std::function<void()> raw;
  std::function<void()> obvious;
  // The stage has threads of its own (RocksDB's): their CPU time counts as well.
  bool has_threads = false;
};

// Runs the stage as `state` says, and reports:
//   items_per_second  certificates in a second of wall time, of all benchmark threads together
//   cpu_us            CPU microseconds per certificate
//   raw_us, ratio     the same of the bare cryptography, and cpu_us / raw_us
//   obvious_us, gain  the same of the obvious way, and obvious_us / cpu_us
// On one thread the three take turns, some 64 certificates of the stage at a time, so that all see
// the same machine. On two threads raw and obvious come before and after the stage instead, on both
// threads, or the stage would run alone in turns and its rate would say nothing. Only the stage is
// in items_per_second; Google Benchmark's own column "CPU" has all three in it and is of no use.
//
// The benchmark must be registered with UseManualTime(); RegisterStage does it.
void MeasureStage(benchmark::State& state, const Stage& stage);

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_STAGE_H_

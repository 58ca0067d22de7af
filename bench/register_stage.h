// The rows of a stage: every key type, batch size and number of threads.
#ifndef FLEETCA_BENCH_REGISTER_STAGE_H_
#define FLEETCA_BENCH_REGISTER_STAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "benchmark/benchmark.h"

namespace fleetca::bench {

// Calls MeasureStage with batches of state.range(0), for a key of this type.
using StageBenchmark = void (*)(benchmark::State& state, KeyType type);

// NAME/KEY TYPE/batch:N/threads:N for the key types of daily use, batches of 1, 8, 64 and 256, one
// and two threads.
void RegisterStage(absl::string_view name, StageBenchmark benchmark);
// The same for one key type.
void RegisterStage(absl::string_view name, StageBenchmark benchmark, KeyType type);
// Batches of one size on one thread: for what is dear to make, as RSA keys of 4096 bits are.
void RegisterStage(absl::string_view name, StageBenchmark benchmark, KeyType type, int batch);

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_REGISTER_STAGE_H_

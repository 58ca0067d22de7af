#include "bench/register_stage.h"

#include "absl/strings/str_cat.h"

namespace fleetca::bench {
namespace {

benchmark::internal::Benchmark* Register(absl::string_view name, StageBenchmark benchmark,
                                         KeyType type) {
  const std::string row = absl::StrCat(name, "/", KeyTypeName(type));
  return benchmark::RegisterBenchmark(
             row.c_str(), [benchmark, type](benchmark::State& state) { benchmark(state, type); })
      ->ArgName("batch")
      ->UseManualTime();
}

}  // namespace

void RegisterStage(absl::string_view name, StageBenchmark benchmark) {
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    RegisterStage(name, benchmark, type);
  }
}

void RegisterStage(absl::string_view name, StageBenchmark benchmark, KeyType type) {
  Register(name, benchmark, type)->Arg(1)->Arg(8)->Arg(64)->Arg(256)->ThreadRange(1, 2);
}

void RegisterStage(absl::string_view name, StageBenchmark benchmark, KeyType type, int batch) {
  Register(name, benchmark, type)->Arg(batch);
}

}  // namespace fleetca::bench

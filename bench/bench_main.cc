// main() of every micro benchmark: Google Benchmark's, with shorter runs unless asked otherwise.
#include <vector>

#include "absl/synchronization/mutex.h"
#include "benchmark/benchmark.h"

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the server does
  // What comes later on the command line wins.
  char min_time[] = "--benchmark_min_time=0.1";
  char tabular[] = "--benchmark_counters_tabular=true";
  std::vector<char*> arguments = {argv[0], min_time, tabular};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

// What one measurement found.
#ifndef FLEETCA_BENCH_LOADGEN_RUN_RESULT_H_
#define FLEETCA_BENCH_LOADGEN_RUN_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/histogram.h"
#include "base/process_usage.h"
#include "bench/loadgen/answer_sample.h"
#include "bench/loadgen/load_plan.h"
#include "bench/loadgen/measurement.h"
#include "fleetca/v1/statistics.pb.h"

namespace fleetca::loadgen {

// The server's own account of the window, from its first snapshot to its second.
struct ServerWindow {
  double seconds = 0;
  double user_cpu_s = 0;
  double system_cpu_s = 0;
  uint64_t resident_bytes = 0;
  uint64_t peak_resident_bytes = 0;
  uint64_t issued = 0;
  uint64_t refused = 0;
  HistogramSnapshot batch_size;
  HistogramSnapshot commit_records;
  HistogramSnapshot commit_us;
  HistogramSnapshot sync_us;

  double cpu_s() const { return user_cpu_s + system_cpu_s; }
};

struct RunResult {
  // "duration", "requests", "interrupted", or "failing" when nothing succeeded for a while.
  std::string stopped;
  std::optional<double> offered_per_s;  // open loop
  CallTotals totals;
  // Of this process, the probe left out.
  double client_cpu_s = 0;
  std::optional<ServerWindow> server;
  // One verification and one signature of OpenSSL alone, on a CPU clock, while the load ran; of
  // renewals with the same key and of OCSP the signature alone.
  std::optional<double> raw_us;

  double achieved_per_s() const;
  double certificates_per_s() const;
  double client_cpu_us_per_call() const;
  // By the server's own count; absent when it issued nothing or keeps its CPU time to itself.
  std::optional<double> certificates_per_server_cpu_s() const;
  std::optional<double> server_cpu_us_per_certificate() const;
  // CPU of the server for each answered call, of whatever kind.
  std::optional<double> server_cpu_us_per_call() const;
  // How many times the cryptography that cannot be avoided a certificate costs.
  std::optional<double> ratio() const;
  uint64_t error_count() const;
};

struct LoadReport {
  absl::Time started_at;
  LoadPlan plan;
  std::string trust_domain;
  Machine machine;  // the client's
  std::optional<v1::ServerDescription> server;
  RunResult result;
  SampleResult sample;
  std::vector<RunResult> ladder;
  std::optional<double> knee_per_s;
  // What the reader should know besides.
  std::vector<std::string> notes;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_RUN_RESULT_H_

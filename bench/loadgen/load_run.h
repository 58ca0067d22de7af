// One measurement: warm up, measure, let what is in flight end.
#ifndef FLEETCA_BENCH_LOADGEN_LOAD_RUN_H_
#define FLEETCA_BENCH_LOADGEN_LOAD_RUN_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bench/loadgen/measurement.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/progress.h"
#include "bench/loadgen/raw_probe.h"
#include "bench/loadgen/run_result.h"
#include "bench/loadgen/schedule.h"
#include "bench/loadgen/server_statistics.h"

namespace fleetca::loadgen {

struct RunSpec {
  std::optional<double> rate;  // absent: closed loop
  absl::Duration warm_up;
  absl::Duration duration;
  uint64_t max_requests = 0;  // 0: no bound
};

// What runs work with; all of it outlives them.
struct RunEquipment {
  const LoadPlan& plan;
  EventLoop& loop;
  Operation& operation;
  ServerStatistics* statistics;  // null where the server gives none
  RawProbe* probe;               // null with it
  Progress& progress;
};

// Used once. Thread-compatible.
class LoadRun {
 public:
  LoadRun(const RunEquipment& equipment, const RunSpec& spec);

  RunResult Run();

 private:
  void OnOutcome(CallOutcome outcome);
  void Open(int64_t now_ns);
  void Close(int64_t now_ns, absl::string_view why);
  // Why the measurement is over; "" when it is not.
  absl::string_view ReasonToStop(int64_t now_ns) const;
  void SendDue();
  // Sends or drops.
  void SendOne(int64_t intended_ns, int64_t now_ns);
  // Sends what was due before the end, late as it is: left out, it would silently slow the load.
  void SendBacklog(int64_t closed_ns);
  bool MaySend() const;
  void Drain();
  void ShowProgress(int64_t now_ns);
  double ClientCpuSeconds() const;

  const RunEquipment equipment_;
  const RunSpec spec_;
  Schedule schedule_;
  Measurement measurement_;
  RunResult result_;

  size_t in_flight_ = 0;
  bool cancelled_ = false;
  bool open_ = false;
  int64_t start_ns_ = 0;
  int64_t opens_at_ns_ = 0;
  int64_t closes_at_ns_ = 0;
  int64_t last_success_ns_ = 0;
  uint64_t failures_since_ = 0;
  int64_t next_progress_ns_ = 0;
  double client_cpu_s_ = 0;
  std::optional<v1::GetStatisticsResponse> before_;
  std::optional<v1::GetStatisticsResponse> after_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_LOAD_RUN_H_

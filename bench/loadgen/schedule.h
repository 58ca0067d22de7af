// When calls are sent.
#ifndef FLEETCA_BENCH_LOADGEN_SCHEDULE_H_
#define FLEETCA_BENCH_LOADGEN_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include "bench/loadgen/load_plan.h"

namespace fleetca::loadgen {

// Closed loop: a call for each that was answered, so the server sets the pace; it measures
// capacity. Open loop: calls at their times, whatever the server does; it measures latency. There a
// call keeps the time it was intended for however late it is sent, or a server that stalls would be
// charged with one slow call instead of with all that came meanwhile ("coordinated omission").
// Times are nanoseconds of one clock. Thread-compatible.
class Schedule {
 public:
  static Schedule ClosedLoop(size_t outstanding);
  // `rate` in calls per second. Poisson arrivals are the same in each run.
  static Schedule OpenLoop(double rate, Arrivals arrivals);

  void Start(int64_t now_ns) { next_ns_ = static_cast<double>(now_ns); }

  // The intended time of the next call, when it is due at `now_ns` with `outstanding` calls in
  // flight. It is then taken to be sent.
  std::optional<int64_t> TakeDue(int64_t now_ns, size_t outstanding);

  // Before this, nothing but an answer makes a call due.
  int64_t NextNs() const;

  bool open_loop() const { return interval_ns_ > 0; }

 private:
  Schedule() = default;

  size_t outstanding_ = 0;  // closed loop
  double interval_ns_ = 0;  // open loop: the mean
  Arrivals arrivals_ = Arrivals::kConstant;
  double next_ns_ = 0;
  std::mt19937_64 random_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_SCHEDULE_H_

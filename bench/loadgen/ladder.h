// Climbing offered rates to find the knee: the most that is served without falling behind.
#ifndef FLEETCA_BENCH_LOADGEN_LADDER_H_
#define FLEETCA_BENCH_LOADGEN_LADDER_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "bench/loadgen/load_plan.h"

namespace fleetca::loadgen {

// What a step showed, rates in calls per second.
struct LadderStep {
  double offered = 0;
  double achieved = 0;
  absl::Duration p99;
  bool errors = false;  // or dropped calls
};

// The rates of "START:FACTOR:STEPS".
std::vector<double> RatesOf(const LadderRates& rates);
// From a quarter of a capacity, by ever smaller steps, to half as much again as it.
std::vector<double> RatesUpTo(double capacity);

// Thread-compatible.
class Ladder {
 public:
  // `rates` ascend. A step holds when 97 % of what was offered was achieved, with a p99 of at most
  // `longest_p99` and no errors.
  Ladder(std::vector<double> rates, absl::Duration longest_p99);

  // The rate to offer next; nullopt at the end, or after two steps in a row that did not hold.
  std::optional<double> NextRate() const;
  void Record(const LadderStep& step);

  // The highest rate that held; nullopt when none did.
  std::optional<double> knee() const { return knee_; }

 private:
  const std::vector<double> rates_;
  const absl::Duration longest_p99_;
  size_t done_ = 0;
  int failed_in_a_row_ = 0;
  std::optional<double> knee_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_LADDER_H_

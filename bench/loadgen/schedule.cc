#include "bench/loadgen/schedule.h"

#include <limits>

namespace fleetca::loadgen {

Schedule Schedule::ClosedLoop(size_t outstanding) {
  Schedule schedule;
  schedule.outstanding_ = outstanding;
  return schedule;
}

Schedule Schedule::OpenLoop(double rate, Arrivals arrivals) {
  Schedule schedule;
  schedule.interval_ns_ = 1e9 / rate;
  schedule.arrivals_ = arrivals;
  return schedule;
}

std::optional<int64_t> Schedule::TakeDue(int64_t now_ns, size_t outstanding) {
  if (!open_loop()) {
    return outstanding < outstanding_ ? std::optional<int64_t>(now_ns) : std::nullopt;
  }
  if (next_ns_ > static_cast<double>(now_ns)) {
    return std::nullopt;
  }
  const int64_t intended = static_cast<int64_t>(next_ns_);
  next_ns_ += arrivals_ == Arrivals::kConstant
                  ? interval_ns_
                  : std::exponential_distribution<double>(1 / interval_ns_)(random_);
  return intended;
}

int64_t Schedule::NextNs() const {
  return open_loop() ? static_cast<int64_t>(next_ns_) : std::numeric_limits<int64_t>::max();
}

}  // namespace fleetca::loadgen

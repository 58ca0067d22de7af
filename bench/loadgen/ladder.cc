#include "bench/loadgen/ladder.h"

#include <algorithm>
#include <utility>

namespace fleetca::loadgen {
namespace {

constexpr double kLeastAchieved = 0.97;
constexpr int kFailuresToStop = 2;
constexpr double kSharesOfCapacity[] = {0.25, 0.4, 0.55, 0.65, 0.7, 0.75, 0.8,
                                        0.85, 0.9, 0.95, 1.0,  1.1, 1.25, 1.5};

}  // namespace

std::vector<double> RatesOf(const LadderRates& rates) {
  std::vector<double> all;
  double rate = rates.start;
  for (int i = 0; i < rates.steps; ++i) {
    all.push_back(rate);
    rate *= rates.factor;
  }
  return all;
}

std::vector<double> RatesUpTo(double capacity) {
  std::vector<double> all;
  for (const double share : kSharesOfCapacity) {
    all.push_back(share * capacity);
  }
  return all;
}

Ladder::Ladder(std::vector<double> rates, absl::Duration longest_p99)
    : rates_(std::move(rates)), longest_p99_(longest_p99) {}

std::optional<double> Ladder::NextRate() const {
  if (done_ >= rates_.size() || failed_in_a_row_ >= kFailuresToStop) {
    return std::nullopt;
  }
  return rates_[done_];
}

void Ladder::Record(const LadderStep& step) {
  ++done_;
  const bool held =
      step.achieved >= kLeastAchieved * step.offered && step.p99 <= longest_p99_ && !step.errors;
  failed_in_a_row_ = held ? 0 : failed_in_a_row_ + 1;
  if (held) {
    knee_ = std::max(knee_.value_or(0), step.offered);
  }
}

}  // namespace fleetca::loadgen

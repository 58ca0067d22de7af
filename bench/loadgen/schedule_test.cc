#include "bench/loadgen/schedule.h"

#include <cmath>
#include <vector>

#include "bench/loadgen/measurement.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

TEST(ScheduleTest, ClosedLoopKeepsTheOutstandingFull) {
  Schedule schedule = Schedule::ClosedLoop(2);
  schedule.Start(0);
  EXPECT_EQ(schedule.TakeDue(5, 0), 5);
  EXPECT_EQ(schedule.TakeDue(6, 1), 6);
  EXPECT_EQ(schedule.TakeDue(7, 2), std::nullopt);
  EXPECT_EQ(schedule.TakeDue(900, 1), 900);
  EXPECT_EQ(schedule.NextNs(), INT64_MAX);
}

TEST(ScheduleTest, ConstantArrivalsAreEvenWhateverIsInFlight) {
  Schedule schedule = Schedule::OpenLoop(1000, Arrivals::kConstant);
  schedule.Start(kSecond);
  EXPECT_EQ(schedule.TakeDue(kSecond - 1, 0), std::nullopt);
  EXPECT_EQ(schedule.TakeDue(kSecond, 1'000'000), kSecond);
  EXPECT_EQ(schedule.NextNs(), kSecond + kMs);
  EXPECT_EQ(schedule.TakeDue(kSecond + kMs - 1, 0), std::nullopt);
  EXPECT_EQ(schedule.TakeDue(kSecond + kMs, 0), kSecond + kMs);
}

TEST(ScheduleTest, LateCallsKeepTheirTimes) {
  Schedule schedule = Schedule::OpenLoop(1000, Arrivals::kConstant);
  schedule.Start(0);
  std::vector<int64_t> intended;
  while (const auto due = schedule.TakeDue(3 * kMs, 0)) {
    intended.push_back(*due);
  }
  EXPECT_THAT(intended, testing::ElementsAre(0, kMs, 2 * kMs, 3 * kMs));
}

TEST(ScheduleTest, PoissonArrivalsHaveTheMeanAndTheSpread) {
  Schedule schedule = Schedule::OpenLoop(1000, Arrivals::kPoisson);
  schedule.Start(0);
  double sum = 0, squares = 0;
  int64_t last = *schedule.TakeDue(0, 0);
  constexpr int kCalls = 20'000;
  for (int i = 0; i < kCalls; ++i) {
    const int64_t next = *schedule.TakeDue(INT64_MAX, 0);
    const double gap = static_cast<double>(next - last) / kMs;
    sum += gap;
    squares += gap * gap;
    last = next;
  }
  const double mean = sum / kCalls;
  EXPECT_NEAR(mean, 1, 0.05);
  // Of an exponential distribution the deviation is the mean.
  EXPECT_NEAR(std::sqrt(squares / kCalls - mean * mean), 1, 0.1);
}

// A server that answers at once, but stands still for a second in the middle of ten.
CallTotals RunAgainstAStall(Schedule schedule) {
  constexpr int64_t kStallBegins = 5 * kSecond;
  constexpr int64_t kStallEnds = 6 * kSecond;
  Measurement measurement;
  measurement.Open(0);
  schedule.Start(0);
  std::vector<int64_t> in_flight;
  for (int64_t now = 0; now < 10 * kSecond; now += kMs) {
    while (const auto intended = schedule.TakeDue(now, in_flight.size())) {
      measurement.Sent(*intended, now);
      in_flight.push_back(*intended);
    }
    if (now >= kStallBegins && now < kStallEnds) {
      continue;
    }
    for (const int64_t intended : in_flight) {
      measurement.Done({.intended_ns = intended, .done_ns = now + kMs / 2, .answered = true});
    }
    in_flight.clear();
  }
  measurement.Close(10 * kSecond);
  return measurement.Totals();
}

TEST(ScheduleTest, AStallIsChargedToEachCallThatWasDueInIt) {
  const CallTotals open = RunAgainstAStall(Schedule::OpenLoop(1000, Arrivals::kConstant));
  // A tenth of all calls were due in the stall and waited for half of it on average.
  EXPECT_NEAR(static_cast<double>(open.latency_us.Quantile(0.95)), 500'000, 20'000);
  EXPECT_NEAR(static_cast<double>(open.latency_us.Max()), 1'000'000, 5'000);
  EXPECT_LT(open.latency_us.Quantile(0.89), 1'000u);

  // The closed loop sees one slow call: it is for capacity, and latency is the other's.
  const CallTotals closed = RunAgainstAStall(Schedule::ClosedLoop(1));
  EXPECT_LT(closed.latency_us.Quantile(0.99), 1'000u);
}

}  // namespace
}  // namespace fleetca::loadgen

#include "bench/loadgen/measurement.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

CallOutcome Answered(int64_t intended_ns, int64_t done_ns, uint64_t certificates = 1) {
  return {.intended_ns = intended_ns,
          .done_ns = done_ns,
          .answered = true,
          .certificates = certificates};
}

TEST(MeasurementTest, CountsWhatLiesInTheWindow) {
  Measurement measurement;
  measurement.Sent(1, 1);
  measurement.Done(Answered(1, 2, 10));  // in the warm-up
  measurement.Sent(9, 9);
  measurement.Open(10);
  measurement.Done(Answered(9, 11, 5));  // answered in the window, sent before: a certificate of it
  measurement.Sent(12, 12);
  measurement.Sent(13, 13);
  measurement.Done(Answered(12, 12 + 7 * kMs, 3));
  measurement.Close(2 * kSecond + 10);
  measurement.Done(Answered(13, 3 * kSecond, 100));  // sent in the window: a latency of it
  measurement.Done(Answered(2 * kSecond + 11, 3 * kSecond));

  const CallTotals totals = measurement.Totals();
  EXPECT_EQ(totals.measured_s, 2);
  EXPECT_EQ(totals.calls, 2u);
  EXPECT_EQ(totals.certificates, 8u);
  EXPECT_EQ(totals.answered_calls, 2u);
  EXPECT_EQ(totals.latency_us.count(), 2u);
  EXPECT_NEAR(static_cast<double>(totals.latency_us.Quantile(0.5)), 7'000, 10);
  EXPECT_NEAR(static_cast<double>(totals.latency_us.Max()), 3e6, 3e3);
}

TEST(MeasurementTest, CountsErrorsByStatus) {
  Measurement measurement;
  measurement.Open(0);
  measurement.Done({.intended_ns = 1, .done_ns = 2, .errors = {"UNAVAILABLE DRAINING"}});
  measurement.Done({.intended_ns = 1,
                    .done_ns = 2,
                    .answered = true,
                    .certificates = 1,
                    .errors = {"INTERNAL", "INTERNAL"},
                    .expected_refusals = {"INVALID_ARGUMENT CSR_MALFORMED"}});
  const CallTotals totals = measurement.Totals();
  EXPECT_THAT(totals.errors, ElementsAre(Pair("INTERNAL", 2), Pair("UNAVAILABLE DRAINING", 1)));
  EXPECT_THAT(totals.expected_refusals, ElementsAre(Pair("INVALID_ARGUMENT CSR_MALFORMED", 1)));
  EXPECT_EQ(totals.latency_us.count(), 1u);  // a refusal is fast and says nothing of latency
}

TEST(MeasurementTest, WhatWasGivenUpCountsWithTheTimeItWasWaitedFor) {
  Measurement measurement;
  measurement.Open(0);
  measurement.Done({.intended_ns = 0, .done_ns = kSecond, .abandoned = true, .errors = {"X"}});
  EXPECT_NEAR(static_cast<double>(measurement.Totals().latency_us.Max()), 1e6, 1e3);
}

TEST(MeasurementTest, ASendIsLateByMoreThanAMillisecond) {
  Measurement measurement;
  measurement.Open(0);
  measurement.Sent(0, kMs);
  measurement.Sent(0, kMs + 1);
  measurement.Sent(0, 7 * kMs);
  measurement.Dropped(5);
  const CallTotals totals = measurement.Totals();
  EXPECT_EQ(totals.late_sends, 2u);
  EXPECT_EQ(totals.most_late_us, 7'000u);
  EXPECT_EQ(totals.dropped_sends, 1u);
  EXPECT_EQ(totals.calls, 3u);
}

TEST(MeasurementTest, TellsSecondsApart) {
  Measurement measurement;
  measurement.Open(0);
  measurement.Done(Answered(0, kSecond / 2, 4));
  measurement.Done({.intended_ns = kSecond, .done_ns = kSecond + 1, .errors = {"X", "X"}});
  measurement.Done(Answered(kSecond, kSecond + 2 * kMs, 6));
  measurement.Close(2 * kSecond);
  const CallTotals totals = measurement.Totals();
  ASSERT_EQ(totals.per_second.size(), 2u);
  EXPECT_EQ(totals.per_second[0].t, 1);
  EXPECT_EQ(totals.per_second[0].certificates, 4u);
  EXPECT_EQ(totals.per_second[0].errors, 0u);
  EXPECT_EQ(totals.per_second[1].t, 2);
  EXPECT_EQ(totals.per_second[1].certificates, 6u);
  EXPECT_EQ(totals.per_second[1].errors, 2u);
  EXPECT_NEAR(static_cast<double>(totals.per_second[1].p99_us), 2'000, 2);
}

}  // namespace
}  // namespace fleetca::loadgen

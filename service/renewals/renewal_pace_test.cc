// How many renewals a second an order makes of a fleet that asks when it was told to.
#include "service/renewals/renewal_pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/big_endian.h"
#include "service/renewals/renewal_window.h"

namespace fleetca::service {
namespace {

constexpr int kFleet = 100'000;
constexpr int kRate = 100;
// Over how long the demand is measured: turns are random, so one second may have some more.
constexpr int kSeconds = 10;
const absl::Time kOrdered = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kRetryAfter = absl::Hours(6);

store::CertificateRecord Record(std::mt19937& random) {
  store::CertificateRecord record;
  record.serial.assign(16, '\x01');
  AppendBigEndian(random(), 4, record.serial);
  record.profile = "service";
  record.issued_at = kOrdered - absl::Hours(1);
  record.not_before = record.issued_at;
  record.not_after = record.issued_at + absl::Hours(24 * 7);
  return record;
}

store::EarlyRenewal OrderWithTurns(const TimeWindow& turns) {
  store::EarlyRenewal order;
  order.id = 1;
  order.profile = "service";
  order.issued_to = kOrdered;
  order.ordered_at = kOrdered;
  order.certificates = kFleet;
  order.first_turn = turns.start;
  order.last_turn = turns.end;
  return order;
}

store::EarlyRenewal Order() {
  return OrderWithTurns(
      TurnsOf(kFleet, kOrdered, {}, {.max_per_second = kRate, .retry_after = kRetryAfter}));
}

// When the holder renews who last asked `since` before the order.
absl::Time RenewedAt(const store::CertificateRecord& record, absl::Duration since,
                     const std::vector<store::EarlyRenewal>& orders, std::mt19937& random) {
  absl::Time asks = kOrdered - since;
  std::optional<TimeWindow> known;
  absl::Time chosen;
  for (;;) {
    const RenewalWindow told =
        WindowOf(record, asks < kOrdered ? std::vector<store::EarlyRenewal>() : orders,
                 std::nullopt, asks, kRetryAfter);
    if (!known.has_value() || !(*known == told.window)) {
      known = told.window;
      const absl::Duration width = told.window.end - told.window.start;
      chosen = told.window.start + width * std::uniform_real_distribution<double>(0, 1)(random);
    }
    if (chosen <= asks + told.retry_after) {
      return std::max(chosen, asks);
    }
    asks += told.retry_after;
  }
}

// The most renewals a second over kSeconds, and the time of the last.
struct Demand {
  double peak = 0;
  absl::Time last;
};

Demand Simulate(absl::Duration largest_phase, const store::EarlyRenewal& order) {
  std::mt19937 random(7);
  const std::vector<store::EarlyRenewal> orders = {order};
  std::map<int64_t, int> renewals;
  Demand demand{.last = kOrdered};
  for (int i = 0; i < kFleet; ++i) {
    const store::CertificateRecord record = Record(random);
    const absl::Duration since =
        largest_phase * std::uniform_real_distribution<double>(0.0001, 1)(random);
    const absl::Time at = RenewedAt(record, since, orders, random);
    ++renewals[absl::ToUnixSeconds(at) / kSeconds];
    demand.last = std::max(demand.last, at);
  }
  for (const auto& [second, count] : renewals) {
    demand.peak = std::max(demand.peak, static_cast<double>(count) / kSeconds);
  }
  return demand;
}

TEST(RenewalPaceTest, AFleetThatAsksAtRandomTimesStaysUnderTheRate) {
  const Demand demand = Simulate(kRetryAfter, Order());
  EXPECT_LT(demand.peak, kRate * 1.15);
  EXPECT_LE(demand.last, Order().last_turn + absl::Seconds(1));
}

TEST(RenewalPaceTest, TurnsThatBeganBeforeAllHaveHeardWouldNot) {
  const store::EarlyRenewal at_once = OrderWithTurns({kOrdered, kOrdered + kRetryAfter});
  const double rate = kFleet / absl::ToDoubleSeconds(kRetryAfter);
  EXPECT_GT(Simulate(kRetryAfter, at_once).peak, rate * 1.5);
  EXPECT_GT(Simulate(absl::Minutes(1), at_once).peak, rate * 100);
}

TEST(RenewalPaceTest, AnOrderWaitsForTheOrdersBefore) {
  const RenewalPace pace = {.max_per_second = 3, .retry_after = absl::Minutes(1)};
  const std::vector<store::EarlyRenewal> others = {Order()};
  const absl::Time after = Order().last_turn;
  EXPECT_EQ(TurnsOf(7, kOrdered, others, pace), (TimeWindow{after, after + absl::Seconds(3)}));
  EXPECT_EQ(TurnsOf(0, after, others, pace),
            (TimeWindow{after + absl::Minutes(1), after + absl::Minutes(1) + absl::Seconds(1)}));
}

// After a restart of all, say.
TEST(RenewalPaceTest, AFleetThatAsksAtOneTimeStaysUnderTheRate) {
  EXPECT_LT(Simulate(absl::Minutes(1), Order()).peak, kRate * 1.15);
}

}  // namespace
}  // namespace fleetca::service

#include "service/renewals/renewal_window.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kAgain = absl::Hours(6);

// Of a day, which therefore has its usual window from 12 to 18 hours after kStart. The spread of
// serial numbers is where `spread` lies between 0 and 255.
store::CertificateRecord Record(uint8_t spread) {
  store::CertificateRecord record;
  record.serial = std::string(16, '\x01') + std::string(4, static_cast<char>(spread));
  record.identity = "spiffe://a/svc/web";
  record.profile = "service";
  record.issuer = "issuer";
  record.issued_at = kStart;
  record.not_before = kStart;
  record.not_after = kStart + absl::Hours(24);
  return record;
}

// Whose turns come between 2 and 4 hours after kStart.
store::EarlyRenewal Order() {
  store::EarlyRenewal order;
  order.id = 1;
  order.profile = "service";
  order.issued_to = kStart + absl::Hours(1);
  order.explanation_url = "https://a/why";
  order.first_turn = kStart + absl::Hours(2);
  order.last_turn = kStart + absl::Hours(4);
  return order;
}

RenewalWindow WindowAt(const store::CertificateRecord& record,
                       const std::vector<store::EarlyRenewal>& orders, absl::Duration since_start) {
  return WindowOf(record, orders, std::nullopt, kStart + since_start, kAgain);
}

TEST(RenewalWindowTest, TheUsualOneIsFromHalfToThreeQuarters) {
  const RenewalWindow usual = WindowAt(Record(0), {}, absl::Hours(1));
  EXPECT_EQ(usual.window, (TimeWindow{kStart + absl::Hours(12), kStart + absl::Hours(18)}));
  EXPECT_EQ(usual.retry_after, kAgain);
  EXPECT_EQ(usual.explanation_url, "");
  EXPECT_FALSE(usual.moved);
  EXPECT_FALSE(usual.revoked);
  // Of one that has expired it is past.
  EXPECT_EQ(WindowAt(Record(0), {}, absl::Hours(100)).window, usual.window);
  // It is never empty.
  EXPECT_EQ(UsualWindow(kStart, kStart + absl::Seconds(1)),
            (TimeWindow{kStart, kStart + absl::Seconds(1)}));
}

TEST(RenewalWindowTest, Checklist61_AMillionIssuedAtOnceAreRenewedEvenly) {
  constexpr size_t kFleet = 1'000'000;
  const TimeWindow window = UsualWindow(kStart, kStart + absl::Hours(24));
  std::vector<size_t> renewals(absl::ToInt64Seconds(window.end - window.start));
  std::mt19937 random(1);
  std::string serial(20, '\x01');
  for (size_t i = 0; i < kFleet; ++i) {
    const uint32_t drawn = random();
    std::memcpy(&serial[16], &drawn, sizeof drawn);
    const absl::Time point = PointIn(window, serial);
    ASSERT_GE(point, window.start);
    ASSERT_LT(point, window.end);
    ++renewals[absl::ToInt64Seconds(point - window.start)];
  }
  EXPECT_LE(*std::max_element(renewals.begin(), renewals.end()), 2 * kFleet / renewals.size());
}

TEST(RenewalWindowTest, AnOrderGivesEachItsTurn) {
  EXPECT_EQ(WindowAt(Record(0), {Order()}, absl::Hours(1)).window.start, kStart + absl::Hours(2));
  EXPECT_EQ(WindowAt(Record(255), {Order()}, absl::Hours(1)).window.start, kStart + absl::Hours(4));
  const RenewalWindow middle = WindowAt(Record(128), {Order()}, absl::Hours(1));
  EXPECT_GT(middle.window.start, kStart + absl::Hours(3));
  EXPECT_LT(middle.window.start, kStart + absl::Hours(3) + absl::Minutes(1));
  EXPECT_EQ(middle.window.end, middle.window.start + absl::Seconds(1));
  EXPECT_TRUE(middle.moved);
  EXPECT_EQ(middle.explanation_url, "https://a/why");
  // The same whenever it is asked, also when it is past.
  EXPECT_EQ(WindowAt(Record(128), {Order()}, absl::Hours(9)).window, middle.window);
}

TEST(RenewalWindowTest, RetryAfterIsNeverLaterThanTheTurn) {
  EXPECT_EQ(WindowAt(Record(0), {Order()}, absl::Hours(1)).retry_after, absl::Hours(1));
  EXPECT_EQ(WindowAt(Record(0), {Order()}, absl::Hours(-10)).retry_after, kAgain);
  EXPECT_EQ(WindowAt(Record(0), {Order()}, absl::Hours(2) - absl::Milliseconds(1)).retry_after,
            absl::Seconds(1));
  EXPECT_EQ(WindowAt(Record(0), {Order()}, absl::Hours(3)).retry_after, kAgain);
}

TEST(RenewalWindowTest, OnlyCertificatesThatAgreeWithAllAreCovered) {
  store::EarlyRenewal order = Order();
  order.identity = "spiffe://a/svc/web";
  order.issuer = "issuer";
  order.issued_from = kStart;
  EXPECT_TRUE(Covers(order, Record(0)));
  order.issued_from += absl::Nanoseconds(1);
  EXPECT_FALSE(Covers(order, Record(0)));
  order.issued_from = kStart - absl::Hours(1);
  order.issued_to = kStart;
  EXPECT_FALSE(Covers(order, Record(0)));
  for (std::string store::EarlyRenewal::*field :
       {&store::EarlyRenewal::identity, &store::EarlyRenewal::profile,
        &store::EarlyRenewal::issuer}) {
    store::EarlyRenewal other = Order();
    other.*field = "another";
    EXPECT_FALSE(WindowAt(Record(0), {other}, absl::Hours(1)).moved);
  }
}

TEST(RenewalWindowTest, OfSeveralOrdersTheSoonestTurnCounts) {
  store::EarlyRenewal sooner = Order();
  sooner.first_turn = kStart + absl::Hours(1);
  sooner.last_turn = kStart + absl::Hours(1);
  sooner.explanation_url = "https://a/sooner";
  for (const std::vector<store::EarlyRenewal>& orders :
       {std::vector{sooner, Order()}, std::vector{Order(), sooner}}) {
    const RenewalWindow answer = WindowAt(Record(9), orders, absl::Hours(0));
    EXPECT_EQ(answer.window.start, kStart + absl::Hours(1));
    EXPECT_EQ(answer.explanation_url, "https://a/sooner");
  }
}

TEST(RenewalWindowTest, AnOrderMakesNoWindowLater) {
  store::EarlyRenewal late = Order();
  late.first_turn = kStart + absl::Hours(18);
  late.last_turn = kStart + absl::Hours(20);
  const RenewalWindow answer = WindowAt(Record(0), {late}, absl::Hours(1));
  EXPECT_EQ(answer.window, UsualWindow(kStart, kStart + absl::Hours(24)));
  EXPECT_FALSE(answer.moved);
  EXPECT_EQ(answer.explanation_url, "");
}

TEST(RenewalWindowTest, OfARevokedCertificateItIsPast) {
  const absl::Time revoked_at = kStart + absl::Hours(1);
  for (const absl::Duration since : {absl::Hours(1), absl::Hours(2)}) {
    const RenewalWindow answer = WindowOf(Record(0), {}, revoked_at, kStart + since, kAgain);
    EXPECT_TRUE(answer.revoked);
    EXPECT_TRUE(answer.moved);
    EXPECT_EQ(answer.window, (TimeWindow{revoked_at - absl::Seconds(1), revoked_at}));
    EXPECT_EQ(answer.retry_after, kAgain);
  }
  const std::vector<store::EarlyRenewal> orders = {Order()};
  EXPECT_EQ(WindowOf(Record(0), orders, revoked_at, revoked_at, kAgain).explanation_url,
            "https://a/why");
}

}  // namespace
}  // namespace fleetca::service

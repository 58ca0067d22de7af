#include "service/revocation/appeared_revocations.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "service/revocation/testing/revoking_ca.h"

namespace fleetca::service {
namespace {

class AppearedRevocationsTest : public ::testing::Test {
 protected:
  AppearedRevocationsTest() {
    auto made = CrlPublisher::Create(
        ca_.issuer(), {.shards = ca_.shards, .base_url = "http://pki.fleet.example/crl"}, ca_.store,
        ca_.clock_rule);
    EXPECT_TRUE(made.ok()) << made.status();
    publisher_ = *std::move(made);
  }

  void Look() {
    while (publisher_->Look()) {
    }
  }

  // Drops what has appeared, of what ended more than a day ago; how many that were.
  size_t Drop() {
    const std::vector<const CrlPublisher*> publishers = {publisher_.get()};
    const auto before = AppearedBefore(publishers, ca_.store, ca_.clock.Now() - absl::Hours(24));
    EXPECT_TRUE(before.ok()) << before.status();
    const auto dropped = ca_.store.DropRevocations(*before);
    EXPECT_TRUE(dropped.ok()) << dropped.status();
    return *dropped;
  }

  RevokingCa ca_{2};
  std::unique_ptr<CrlPublisher> publisher_;
};

TEST_F(AppearedRevocationsTest, WhatHasAppearedAndEndedLongAgoMayBeDropped) {
  ca_.IssueRevoked(5, absl::Hours(2));
  const std::string lasting = ca_.Issue(absl::Hours(24 * 30));
  ca_.Revoke(lasting);
  Look();
  ca_.Advance(absl::Hours(24));
  EXPECT_EQ(Drop(), 0u);  // not a day ago
  ca_.Advance(absl::Hours(12));
  EXPECT_EQ(Drop(), 0u);  // in no CRL from after their end
  EXPECT_EQ(ca_.store.revocation_count(), 6u);
  Look();
  EXPECT_EQ(Drop(), 5u);
  EXPECT_EQ(ca_.store.revocation_count(), 1u);
  EXPECT_TRUE(ca_.store.GetRevocation(lasting).ok());
}

TEST_F(AppearedRevocationsTest, OneThatHasNotAppearedKeepsWhatComesAfterIt) {
  const std::string late = ca_.Issue(absl::Hours(3));
  ca_.IssueRevoked(1, absl::Hours(1));
  ca_.IssueRevoked(1, absl::Hours(6));
  ca_.Advance(absl::Hours(48));
  Look();
  ca_.Revoke(late);
  EXPECT_EQ(Drop(), 1u);
  EXPECT_TRUE(ca_.store.GetRevocation(late).ok());
  Look();
  ca_.Advance(absl::Minutes(1));
  Look();
  EXPECT_EQ(Drop(), 2u);
}

TEST_F(AppearedRevocationsTest, WhatNobodyPublishesHasAppeared) {
  ca_.IssueRevoked(1, absl::Hours(1));
  const absl::Time before = ca_.clock.Now() + absl::Hours(48);
  EXPECT_EQ(AppearedBefore({}, ca_.store, before).value(), before);
}

}  // namespace
}  // namespace fleetca::service

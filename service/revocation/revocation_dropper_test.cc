#include "service/revocation/revocation_dropper.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class RevocationDropperTest : public ::testing::Test {
 protected:
  RevocationDropperTest() {
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

  absl::StatusOr<size_t> Drop() {
    const std::vector<const CrlPublisher*> publishers = {publisher_.get()};
    return DropAppearedRevocations(publishers, absl::Hours(24), ca_.clock_rule, ca_.store);
  }

  RevokingCa ca_{2};
  std::unique_ptr<CrlPublisher> publisher_;
};

TEST_F(RevocationDropperTest, DropsWhatHasAppearedAndEndedLongAgo) {
  ca_.IssueRevoked(5, absl::Hours(2));
  const std::string lasting = ca_.Issue(absl::Hours(24 * 30));
  ca_.Revoke(lasting);
  Look();
  ca_.Advance(absl::Hours(24));
  EXPECT_EQ(*Drop(), 0u);  // younger than `keep`
  ca_.Advance(absl::Hours(12));
  EXPECT_EQ(*Drop(), 0u);  // in no CRL from after their end
  EXPECT_EQ(ca_.store.revocation_count(), 6u);
  Look();
  EXPECT_EQ(*Drop(), 5u);
  EXPECT_EQ(ca_.store.revocation_count(), 1u);
  EXPECT_TRUE(ca_.store.GetRevocation(lasting).ok());
}

TEST_F(RevocationDropperTest, OneThatHasNotAppearedKeepsWhatComesAfterIt) {
  const std::string late = ca_.Issue(absl::Hours(3));
  ca_.IssueRevoked(1, absl::Hours(1));
  ca_.IssueRevoked(1, absl::Hours(6));
  ca_.Advance(absl::Hours(48));
  Look();
  ca_.Revoke(late);
  EXPECT_EQ(*Drop(), 1u);
  EXPECT_TRUE(ca_.store.GetRevocation(late).ok());
  Look();
  ca_.Advance(absl::Minutes(1));
  Look();
  EXPECT_EQ(*Drop(), 2u);
}

TEST_F(RevocationDropperTest, GoesByABelievedClockAlone) {
  ca_.IssueRevoked(1, absl::Hours(1));
  Look();
  ca_.clock.Advance(-absl::Hours(1));
  EXPECT_THAT(Drop().status(), IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
}

}  // namespace
}  // namespace fleetca::service

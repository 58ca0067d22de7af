// What an agent does not take from a CA: certificates of others, and renewals without end.
#include <filesystem>
#include <string>

#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using IdentityKeeperAnswersTest = testing::KeeperFixture;

TEST_F(IdentityKeeperAnswersTest, AnAnswerForSomebodyElseIsNotKept) {
  for (const char* const asked : {"spiffe://fleet.example/web", ""}) {
    Begin();
    options_.spiffe_id = asked;
    port_.identity = *asked == '\0' ? "spiffe://other.example/web" : "spiffe://fleet.example/db";
    Restart();
    EXPECT_FALSE(Status().ready);
    EXPECT_THAT(Status().last_error.message(),
                AllOf(HasSubstr(port_.identity), HasSubstr("nothing of it is kept")));
    EXPECT_FALSE(std::filesystem::exists(Path("tls/credential-bundle.pem")));
    EXPECT_EQ(Calls("try"), 0);
    // The token is of no use any more, and it is still said what came of it.
    Pass(absl::Hours(2));
    EXPECT_THAT(Status().last_error.message(),
                AllOf(HasSubstr("the join token was used"), HasSubstr("before that"),
                      HasSubstr(port_.identity)));
    run_ = {};
    auto folder = IdentityFolder::Open(Path("state"), "web");
    FLEETCA_ASSERT_OK(folder);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IdentityRecord record, (*folder)->Load());
    EXPECT_TRUE(record.held.empty());
    EXPECT_TRUE(record.pending.empty());
  }
}

TEST_F(IdentityKeeperAnswersTest, ARenewalIsForTheSame) {
  Restart();
  const std::string first = Status().serial;
  port_.identity = "spiffe://fleet.example/db";
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_EQ(Status().serial, first);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("spiffe://fleet.example/web was asked for"));
  port_.identity = "spiffe://fleet.example/web";
  Pass(absl::Hours(3));
  EXPECT_NE(Status().serial, first);
}

TEST_F(IdentityKeeperAnswersTest, ACertificateFromAFileIsOneOfTheTrustDomain) {
  const auto pair =
      ca_.IssueTls({.names = {*x509::ParseRequestedName("URI:spiffe://other.example/web")},
                    .not_before = now_ - absl::Hours(1),
                    .not_after = now_ + absl::Hours(5)});
  Write("old.pem", pair.chain_pem);
  Write("old.key", pair.key_pem);
  options_.enrollment = {.certificate_file = Path("old.pem"), .private_key_file = Path("old.key")};
  Restart();
  EXPECT_FALSE(Status().ready);
  EXPECT_THAT(Status().last_error.message(),
              AllOf(HasSubstr("old.pem"), HasSubstr("not of the trust domain fleet.example")));
}

// As from a CA that gives out certificates which are to be renewed already.
TEST_F(IdentityKeeperAnswersTest, ACaThatAlwaysSaysNowIsAskedOnceAMinute) {
  port_.backdated = absl::Hours(24);
  port_.life = absl::Hours(1);
  Restart();
  EXPECT_EQ(Calls("enroll"), 1);
  EXPECT_THAT(Status().doing, AllOf(HasSubstr("waiting until"), HasSubstr("just come into force")));
  EXPECT_EQ(Status().renew_at, now_ + absl::Minutes(1));
  Pass(absl::Minutes(10));
  EXPECT_LE(Calls("renew"), 10);
  EXPECT_GE(Calls("renew"), 9);
  EXPECT_TRUE(Status().ready);
}

TEST_F(IdentityKeeperAnswersTest, AShortLifeRestsForATenthOfIt) {
  port_.life = absl::Seconds(40);
  port_.info = RenewalInfo{.window_start = now_ - absl::Hours(2),
                           .window_end = now_ - absl::Hours(1),
                           .retry_after = absl::Seconds(1)};
  Restart();
  Pass(absl::Seconds(40));
  EXPECT_LE(Calls("renew"), 10);
  EXPECT_GE(Calls("renew"), 8);
  EXPECT_EQ(ProblemOfFiles(), "");
}

}  // namespace
}  // namespace fleetca::client

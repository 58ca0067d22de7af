// A configuration that asks for another certificate than the one in force.
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "client/agent/identity_folder.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Status kAway = Unavailable(Reason::kServerUnreachable, "the CA is away");
const absl::Status kNotAllowed = PermissionDenied(Reason::kCallerNotAllowed, "not that name");

class IdentityKeeperConfigurationTest : public testing::KeeperFixture {
 protected:
  IdentityKeeperConfigurationTest() { options_.names = {"DNS:web.fleet.example"}; }

  std::string LastCsr() const { return port_.issued().back().csr_der; }
  std::string Key() const { return std::string(held_->credential->private_key_pem.view()); }

  // As a release before shapes were kept has left it.
  void ForgetShapes() {
    run_ = {};
    auto folder = IdentityFolder::Open(Path("state"), "web");
    FLEETCA_ASSERT_OK(folder);
    auto record = (*folder)->Load();
    FLEETCA_ASSERT_OK(record);
    record->held_shape.reset();
    FLEETCA_ASSERT_OK((*folder)->Save(*record));
  }
};

TEST_F(IdentityKeeperConfigurationTest, OtherNamesAreAskedForAtOnceWithANewKey) {
  options_.renewals_per_key = 1000;
  Restart();
  const std::string first = Status().serial;
  const std::string key = Key();
  options_.names = {"DNS:web.fleet.example", "DNS:new.fleet.example"};
  Restart();
  EXPECT_NE(Status().serial, first);
  EXPECT_EQ(Status().renewals, 1u);
  EXPECT_EQ(Status().renew_reason, "");
  EXPECT_GT(Status().renew_at, now_ + absl::Hours(1));
  EXPECT_THAT(LastCsr(), HasSubstr("new.fleet.example"));
  EXPECT_NE(Key(), key);
  EXPECT_EQ(ProblemOfFiles(), "");
  // And that is that, also over a start.
  Restart();
  Pass(absl::Hours(1));
  EXPECT_THAT(port_.issued(), SizeIs(2));
  EXPECT_EQ(Lines(), 1);
}

TEST_F(IdentityKeeperConfigurationTest, EachFieldThatShapesTheRequestCounts) {
  options_.renewals_per_key = 1000;
  Restart();
  std::string key = Key();
  options_.key_type = KeyType::kP384;
  Restart();
  EXPECT_THAT(port_.issued(), SizeIs(2));
  EXPECT_NE(Key(), key);
  options_.profile = "server";
  Restart();
  EXPECT_THAT(port_.profiles, ElementsAre("service", "service", "server"));
  key = Key();
  options_.lifetime = absl::Hours(12);
  Restart();
  EXPECT_THAT(port_.issued(), SizeIs(4));
  EXPECT_EQ(Key(), key);  // it is of no matter to the key
}

TEST_F(IdentityKeeperConfigurationTest, TheSameNamesInAnotherFormAreTheSame) {
  options_.names = {"DNS:web.fleet.example", "IP:192.0.2.1"};
  Restart();
  options_.names = {"ip:192.0.2.1", "dns:web.fleet.example", "DNS:web.fleet.example"};
  Restart();
  Pass(absl::Hours(1));
  EXPECT_THAT(port_.issued(), SizeIs(1));
}

TEST_F(IdentityKeeperConfigurationTest, WhatTheCaRefusesIsSaidAndTheOldOneStays) {
  Restart();
  const std::string first = Status().serial;
  options_.names = {"DNS:bank.example"};
  FailCall("renew", kNotAllowed);
  Restart();
  EXPECT_TRUE(Status().ready);
  EXPECT_EQ(Status().serial, first);
  EXPECT_EQ(Status().renew_reason, "the configuration asks for other names: DNS:bank.example");
  EXPECT_LE(Status().renew_at, now_);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("not that name"));
  // With the back-off of a refusal, which starts do not end.
  Pass(absl::Hours(2));
  Restart();
  EXPECT_GT(Calls("renew"), 3);
  EXPECT_LT(Calls("renew"), 15);
  EXPECT_EQ(ProblemOfFiles(), "");
  // Other names are not what was refused.
  const int calls = Calls("renew");
  options_.names = {"DNS:new.fleet.example"};
  port_.fault = nullptr;
  Restart();
  EXPECT_EQ(Calls("renew"), calls + 1);
  EXPECT_NE(Status().serial, first);
  EXPECT_EQ(Status().failures, 0);
}

// A mistake in the names takes no service down at the end of its certificate.
TEST_F(IdentityKeeperConfigurationTest, WhileTheCaRefusesItIsRenewedInItsTimeAsItIs) {
  Restart();
  options_.profile = "bank";
  port_.fault = [this](absl::string_view call) {
    return call == "renew" && port_.profiles.back() == "bank" ? kNotAllowed : absl::OkStatus();
  };
  Restart();
  for (int day = 0; day < 2; ++day) {
    Pass(absl::Hours(24));
    EXPECT_TRUE(Status().ready) << day;
    EXPECT_EQ(ProblemOfFiles(), "") << day;
    EXPECT_THAT(Status().renew_reason, HasSubstr("another profile: bank")) << day;
    EXPECT_THAT(Status().last_error.message(), HasSubstr("not that name")) << day;
  }
  EXPECT_GE(Status().renewals, 2u);
  EXPECT_LT(Status().renewals, 6u);
  EXPECT_LT(Calls("renew"), 120);
  EXPECT_EQ(Lines(), 1);
  port_.fault = nullptr;
  Pass(absl::Hours(2));
  EXPECT_EQ(Status().renew_reason, "");
  EXPECT_EQ(port_.profiles.back(), "bank");
}

TEST_F(IdentityKeeperConfigurationTest, AConfigurationThatIsTakenBackWantsNothing) {
  Restart();
  options_.names = {"DNS:bank.example"};
  FailCall("renew", kNotAllowed);
  Restart();
  options_.names = {"DNS:web.fleet.example"};
  Restart();
  EXPECT_EQ(Status().renew_reason, "");
  EXPECT_EQ(Status().failures, 0);
  EXPECT_GT(Status().renew_at, now_ + absl::Hours(1));
  Pass(absl::Hours(1));
  EXPECT_EQ(Calls("renew"), 1);
}

TEST_F(IdentityKeeperConfigurationTest, ARequestUnderWayIsSentAsItWasAndThenTheNewOne) {
  Restart();
  port_.fault_after = [](absl::string_view) { return kAway; };
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_THAT(port_.issued(), SizeIs(2));
  port_.fault_after = nullptr;
  options_.profile = "server";
  Restart();
  // A certificate that has just come into force rests for a minute.
  Pass(absl::Minutes(2));
  EXPECT_THAT(port_.profiles, ElementsAre("service", "service", "service", "server"));
  EXPECT_THAT(port_.issued(), SizeIs(3));
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(Status().renew_reason, "");
}

// The wait that the CA wants is not one of a refusal.
TEST_F(IdentityKeeperConfigurationTest, TheCasWaitIsHeeded) {
  Restart();
  FailWith(WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(40)));
  options_.profile = "server";
  Restart();
  EXPECT_EQ(Calls("renew"), 1);
  options_.profile = "client";
  Restart();
  EXPECT_EQ(Calls("renew"), 1);
}

TEST_F(IdentityKeeperConfigurationTest, OfAnOldRecordItIsLearntAtTheNextIssue) {
  Restart();
  ForgetShapes();
  options_.profile = "server";
  Restart();
  Pass(absl::Hours(1));
  EXPECT_THAT(port_.issued(), SizeIs(1));
  EXPECT_EQ(Status().renew_reason, "");
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_THAT(port_.profiles, ElementsAre("service", "server"));
  options_.profile = "client";
  Restart();
  EXPECT_THAT(port_.profiles, ElementsAre("service", "server", "client"));
}

}  // namespace
}  // namespace fleetca::client

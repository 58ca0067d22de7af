// Lives of an identity with a CA that is away at times, answers that are lost, starts of the agent,
// sleeps of the machine and a clock that is set: there is never a moment without a valid
// certificate that the CA could have helped.
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

class IdentityKeeperLifeTest : public testing::KeeperFixture {
 protected:
  // Faults that are as likely as `part`, of calls and of answers.
  void Disturb(double part) {
    const auto fault = [this, part](absl::string_view) {
      return Chance(part) ? Unavailable(Reason::kServerUnreachable, "away") : absl::OkStatus();
    };
    port_.fault = fault;
    port_.fault_after = fault;
  }

  bool Chance(double part) { return std::uniform_real_distribution<>(0, 1)(random_) < part; }

  void ExpectValid(const std::string& where) {
    ASSERT_NE(held_, nullptr) << where;
    ASSERT_NE(held_->credential, nullptr) << where;
    EXPECT_FALSE(FactsOf(held_->credential->certificate_der)->HasEnded(now_)) << where;
    EXPECT_EQ(ProblemOfFiles(), "") << where;
  }

  // So many certificates.
  void Live(int certificates, const std::string& where) {
    while (port_.issued().size() < static_cast<size_t>(certificates)) {
      now_ += Step();
      ASSERT_NO_FATAL_FAILURE(ExpectValid(where));
      fraction_ = std::uniform_real_distribution<>(0, 1)(random_);
      if (Chance(0.02)) {
        Restart();
        ASSERT_NO_FATAL_FAILURE(ExpectValid(absl::StrCat(where, " after a start")));
      }
      if (Chance(0.01)) {
        now_ += port_.life / 10;  // a sleep
        Step();
        ASSERT_NO_FATAL_FAILURE(ExpectValid(absl::StrCat(where, " after a sleep")));
      }
      if (Chance(0.01)) {
        now_ -= port_.life / 20;  // a clock that is set
        Step();
      }
    }
    EXPECT_EQ(Lines(), 1) << where;
  }

  std::mt19937 random_;
};

TEST_F(IdentityKeeperLifeTest, ADayIsRenewedInTime) {
  for (const int seed : {1, 2, 3}) {
    run_ = {};
    Begin();
    random_.seed(seed);
    port_.fault = nullptr;
    port_.fault_after = nullptr;
    Restart();
    Disturb(0.3);
    ASSERT_NO_FATAL_FAILURE(Live(10, absl::StrCat("seed ", seed)));
  }
}

TEST_F(IdentityKeeperLifeTest, AMinuteIsRenewedInTime) {
  port_.life = absl::Minutes(1);
  for (const int seed : {1, 2, 3}) {
    run_ = {};
    Begin();
    random_.seed(seed);
    port_.fault = nullptr;
    port_.fault_after = nullptr;
    Restart();
    Disturb(0.2);
    ASSERT_NO_FATAL_FAILURE(Live(30, absl::StrCat("seed ", seed)));
  }
}

// A CA that is busy for a moment, and says that it is for longer than certificates live.
TEST_F(IdentityKeeperLifeTest, AWaitThatTheCaWantsEndsBeforeTheCertificateDoes) {
  port_.life = absl::Minutes(10);
  Restart();
  ASSERT_EQ(port_.issued().size(), 1u);
  FailCall("renew", WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Hours(1)));
  while (Calls("renew") == 0) {
    now_ += Step();
    ASSERT_NO_FATAL_FAILURE(ExpectValid("before it is renewed"));
  }
  port_.fault = nullptr;
  while (port_.issued().size() < 2) {
    now_ += Step();
    ASSERT_NO_FATAL_FAILURE(ExpectValid("while it waits"));
  }
}

}  // namespace
}  // namespace fleetca::client

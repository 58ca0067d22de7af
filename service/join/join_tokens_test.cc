#include "service/join/join_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "service/join/join_token.h"
#include "service/policy/current_policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "service/time/clock_rule.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::string_view kHost = "spiffe://fleet.example/host/a";

PolicyOptions HostPolicy() {
  RuleOptions host = TestRule("host", "/host/*");
  RuleOptions operators = TestRule("operators", "/user/{name}", {});
  operators.issue_for = {"/host/*"};
  operators.rights = {Right::kManageTokens};
  return TestPolicy({host, operators});
}

class JoinTokensTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<NewToken>> Create(absl::Duration lifetime = absl::Minutes(10)) {
    return tokens_.Create(operator_,
                          {.identities = {kHost}, .profile = "service", .lifetime = lifetime});
  }
  std::vector<store::JoinTokenState> List(bool usable_only = false) {
    const auto list = tokens_.List({.usable_only = usable_only});
    EXPECT_THAT(list, testing::IsOk());
    EXPECT_EQ(list->next, "");
    return list->tokens;
  }

  testing::FakeClock clock_;
  store::MemoryStore store_;
  CurrentPolicy policies_{MakePolicy(HostPolicy()), nullptr};
  testing::FakeTimeWitness witness_{clock_};
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  JoinTokens tokens_{store_, policies_, clock_rule_};
  const Caller operator_{.spiffe_id = "spiffe://fleet.example/user/ann"};
};

TEST_F(JoinTokensTest, ATokenIsLongUniqueAndKeptAsAHashAlone) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> made, Create());
    const std::string token(made[0].token.view());
    EXPECT_THAT(token, SizeIs(47));
    EXPECT_EQ(token.substr(0, 4), kJoinTokenPrefix);
    EXPECT_TRUE(seen.insert(token).second);
    EXPECT_EQ(made[0].state.token.hash, HashJoinToken(token));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const store::JoinTokenState stored,
                                 store_.GetJoinToken(HashJoinToken(token)));
    EXPECT_EQ(stored, made[0].state);
    EXPECT_EQ(stored.token.creator, operator_.spiffe_id);
  }
}

TEST_F(JoinTokensTest, NobodyMakesATokenForWhatHeMayNotAskFor) {
  const Caller host{.spiffe_id = std::string(kHost)};
  EXPECT_THAT(
      tokens_.Create(host, {.identities = {"spiffe://fleet.example/host/b"}, .profile = "service"}),
      IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(JoinTokensTest, ACallThatFailsMakesNone) {
  EXPECT_THAT(tokens_.Create(operator_, {.identities = {kHost, "spiffe://fleet.example/svc/a"},
                                         .profile = "service"}),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_THAT(tokens_.Create(operator_, {.identities = {kHost, "host/b"}, .profile = "service"}),
              IsInvalid(Reason::kSanInvalid, "subject"));
  EXPECT_THAT(Create(absl::Milliseconds(1500)), IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
  EXPECT_THAT(List(), IsEmpty());
}

TEST_F(JoinTokensTest, ListsShowWhatBecameOfThem) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> good, Create(absl::Hours(1)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> gone, Create(absl::Hours(1)));
  FLEETCA_ASSERT_OK(Create(absl::Seconds(1)));
  clock_.Advance(absl::Seconds(2));
  const std::string id = JoinTokenId(gone[0].state.token.hash);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto revoked, tokens_.Revoke(operator_, {id}));
  EXPECT_EQ(revoked[0].revocation->revoker, operator_.spiffe_id);
  EXPECT_THAT(List(), SizeIs(3));
  const auto usable = List(/*usable_only=*/true);
  ASSERT_THAT(usable, SizeIs(1));
  EXPECT_EQ(usable[0].token, good[0].state.token);
  // Once more changes nothing, by whomever.
  const Caller other{.spiffe_id = "spiffe://fleet.example/user/bob"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto again, tokens_.Revoke(other, {id}));
  EXPECT_EQ(again, revoked);
}

TEST_F(JoinTokensTest, IdsThatAreNoneAreNotFound) {
  FLEETCA_ASSERT_OK(Create());
  for (const char* id : {"", "0", "0123456789abcdef", "0123456789abcdeg", "0123456789abcdef0"}) {
    EXPECT_THAT(tokens_.Revoke(operator_, {id}),
                IsError(absl::StatusCode::kNotFound, Reason::kNotFound))
        << id;
  }
}

TEST_F(JoinTokensTest, AClockThatWasSetBackMakesNoTokenThatLivesLonger) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> before, Create());
  witness_.SetClock(-absl::Minutes(5));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> after, Create());
  EXPECT_EQ(after[0].state.token.created_at, before[0].state.token.created_at);
}

// A token of one second, made while the clock showed 2029, lived for three years.
TEST_F(JoinTokensTest, AClockThatIsNotBelievedMakesNoTokens) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<NewToken> made, Create());
  const absl::Time latest = store_.latest_time();
  const auto refused = IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused);
  for (const absl::Duration by :
       {absl::Hours(24 * 1000), -absl::Hours(24 * 1000) - absl::Hours(1)}) {
    witness_.SetClock(by);
    EXPECT_THAT(Create(absl::Seconds(1)), refused);
    EXPECT_THAT(tokens_.List({}), refused);
    EXPECT_THAT(tokens_.Revoke(operator_, {JoinTokenId(made[0].state.token.hash)}), refused);
  }
  EXPECT_EQ(store_.latest_time(), latest) << "what is refused is not noted";
  witness_.SetClock(absl::Hours(1));
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(JoinTokensTest, TokensThatExpiredLongAgoAreForgottenNowAndThen) {
  FLEETCA_ASSERT_OK(Create(absl::Seconds(1)));
  clock_.Advance(kTokenRetention - absl::Hours(2));
  FLEETCA_ASSERT_OK(Create(absl::Seconds(1)));
  EXPECT_THAT(List(), SizeIs(2));
  clock_.Advance(absl::Hours(3));
  FLEETCA_ASSERT_OK(Create(absl::Seconds(1)));
  EXPECT_THAT(List(), SizeIs(2)) << "the first is gone";
}

}  // namespace
}  // namespace fleetca::service

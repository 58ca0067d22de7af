#include "service/policy/policy_diff.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/testing/policy_fixture.h"

namespace fleetca::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(PolicyDiffTest, EqualPoliciesInAnyOrderDoNotDiffer) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a"), TestRule("b", "/b")});
  PolicyOptions after = TestPolicy({TestRule("b", "/b"), TestRule("a", "/a")});
  after.rules[0].line = 99;
  after.revision = 8;
  EXPECT_THAT(DiffPolicies(before, after), IsEmpty());
}

TEST(PolicyDiffTest, TellsWhatWasAddedRemovedAndChanged) {
  PolicyOptions before = TestPolicy({TestRule("a", "/a"), TestRule("gone", "/gone")});
  PolicyOptions after = TestPolicy({TestRule("new", "/new"), TestRule("a", "/a")});
  before.rules[0].roles = {"read"};
  after.rules[1].roles = {"read", "write"};
  after.rules[1].budget = Budget{5, absl::Minutes(1)};
  after.profiles[1].profile.name = "person";
  after.profiles[0].profile.default_lifetime = absl::Hours(2);
  EXPECT_THAT(
      DiffPolicies(before, after),
      ElementsAre("profile \"service\": default_lifetime: 1h -> 2h", "profile \"person\" added",
                  "profile \"user\" removed", "rule \"new\" added: /new",
                  "rule \"a\": roles: [read] -> [read, write]",
                  "rule \"a\": budget: unlimited -> 5 per 1m", "rule \"gone\" removed: /gone"));
}

// Every field of a rule, so that one that is added to the schema and forgotten here is missed.
TEST(PolicyDiffTest, SeesEveryFieldOfARule) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  const auto changed = [&](auto change) {
    PolicyOptions after = before;
    change(&after.rules[0]);
    return DiffPolicies(before, after);
  };
  EXPECT_THAT(changed([](RuleOptions* r) { r->identity = "/b"; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->profiles = {"user"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->dns_names = {"a"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->dns_suffixes = {"a"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->dns_regexes = {"a"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->ip_prefixes = {"a"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->audience = {"a"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->attributes = {{"a", "b"}}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->max_lifetime = absl::Hours(1); }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->key_algorithms.resize(1); }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->issue_for = {"/*"}; }), SizeIs(1));
  EXPECT_THAT(changed([](RuleOptions* r) { r->subject.emplace(); }), SizeIs(1));
  for (const Right right :
       {Right::kGetCertificates, Right::kReadStatistics, Right::kUseReflection,
        Right::kManageTokens, Right::kApplyPolicy, Right::kRevokeCertificates}) {
    EXPECT_THAT(changed([&](RuleOptions* r) { r->rights = {right}; }), SizeIs(1));
  }
}

TEST(PolicyDiffTest, SeesTheSubjectAndTheUnderscoresOfAProfile) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  PolicyOptions after = before;
  after.profiles[1].subject =
      SubjectOptions{.common_name = "{name}", .organizations = {"Fleet", "ops"}, .country = "CH"};
  after.profiles[1].profile.names.dns_underscores = true;
  EXPECT_THAT(DiffPolicies(before, after),
              ElementsAre("profile \"user\": names.dns_underscores: false -> true",
                          "profile \"user\": subject: default -> C [CH] O [Fleet, ops] OU [] CN "
                          "[{name}]"));
}

TEST(PolicyDiffTest, SeesWhatBecomesOfAStaleLineage) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  PolicyOptions after = before;
  after.profiles[1].on_stale_lineage = StaleLineage::kBlock;
  EXPECT_THAT(DiffPolicies(before, after),
              ElementsAre("profile \"user\": on_stale_lineage: refuse -> block"));
}

TEST(PolicyDiffTest, SeesWhereWordOfARevocationIs) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  PolicyOptions after = before;
  after.profiles[1].revocation = RevocationSource::kNone;
  EXPECT_THAT(DiffPolicies(before, after),
              ElementsAre("profile \"user\": revocation: default -> none"));
  EXPECT_THAT(DiffPolicies(after, before),
              ElementsAre("profile \"user\": revocation: none -> default"));
}

TEST(PolicyDiffTest, SeesTheGraceOfRenewals) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  PolicyOptions after = before;
  after.profiles[1].renewal_grace = absl::Hours(24);
  EXPECT_THAT(DiffPolicies(before, after),
              ElementsAre("profile \"user\": renewal_grace: 0 -> 24h"));
}

TEST(PolicyDiffTest, CannotForgeALine) {
  const PolicyOptions before = TestPolicy({TestRule("a", "/a")});
  PolicyOptions after = before;
  after.rules[0].dns_regexes = {"a\nrule \"x\" added\x1b"};
  const std::vector<std::string> lines = DiffPolicies(before, after);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], Not(HasSubstr("\n")));
  EXPECT_THAT(lines[0], Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace fleetca::service

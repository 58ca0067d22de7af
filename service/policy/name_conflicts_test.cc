#include "service/policy/name_conflicts.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

RuleOptions Named(absl::string_view name, absl::string_view identity,
                  std::vector<std::string> dns_names) {
  RuleOptions rule = TestRule(name, identity);
  rule.dns_names = std::move(dns_names);
  return rule;
}

absl::Status Create(std::vector<RuleOptions> rules) {
  return Policy::Create(TestPolicy(std::move(rules))).status();
}

TEST(SharedNamesTest, OneNameForTwoIdentitiesIsAMistakeOfTheLaterRule) {
  const absl::Status status = Create({Named("host", "/host/web", {"a.example", "web.example"}),
                                      Named("svc", "/svc/web", {"web.example"})});
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "identities[1].dns_names[0]"));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("web.example"), HasSubstr("/svc/web"), HasSubstr("/host/web"),
                    HasSubstr("shared_names")));
}

TEST(SharedNamesTest, UnlessEitherRuleSaysSo) {
  for (const size_t which : {0, 1}) {
    std::vector<RuleOptions> rules = {Named("host", "/host/{name}", {"{name}.example"}),
                                      Named("svc", "/svc/{name}", {"{name}.example"})};
    EXPECT_THAT(Create(rules), IsInvalid(Reason::kConfigInvalid, "identities[1].dns_names[0]"));
    rules[which].shared_names = true;
    EXPECT_THAT(Create(rules), IsOk());
  }
}

TEST(SharedNamesTest, TemplatesThatCanComeToOneText) {
  const struct {
    const char* identity;
    const char* name;
    bool conflict;
  } cases[] = {
      {"/host/{name}", "{name}.example", true},
      {"/host/{name}", "{name}.host.example", false},
      {"/host/{name}", "web-{name}.example", true},
      {"/host/{name}", "{name}-web.example", true},
      {"/host/web", "web.example", true},
      {"/host/web", "web.other", false},
      {"/host/web", "a.web.example", false},
      {"/host/{a}/{b}", "{b}.{a}.example", false},
      // The more specific rule of the same identity, and not another identity.
      {"/svc/web", "web.example", false},
      {"/svc/web", "other.example", true},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Create({Named("svc", "/svc/{name}", {"{name}.example"}),
                      Named("other", test.identity, {test.name})})
                  .ok(),
              !test.conflict)
        << test.identity << " " << test.name;
  }
  EXPECT_THAT(Create({Named("a", "/svc/{a}/{b}", {"{a}.{b}.example"}),
                      Named("b", "/host/{n}", {"{n}.x.example"})}),
              IsInvalid(Reason::kConfigInvalid, "identities[1].dns_names[0]"));
  EXPECT_THAT(Create({Named("a", "/svc/{a}", {"a-{a}.example"}),
                      Named("b", "/host/{n}", {"b-{n}.example"})}),
              IsOk());
}

TEST(SharedNamesTest, NamesBelowASuffixOrOfAnExpression) {
  RuleOptions below = TestRule("svc", "/svc/{name}");
  below.dns_suffixes = {".{name}.example"};
  EXPECT_THAT(Create({below, Named("host", "/host/a", {"a.web.example"})}),
              IsInvalid(Reason::kConfigInvalid, "identities[1].dns_names[0]"));
  EXPECT_THAT(Create({below, Named("host", "/host/a", {"web.example"})}), IsOk());
  // Its own.
  EXPECT_THAT(Create({below, Named("web", "/svc/web", {"a.web.example"})}), IsOk());
  RuleOptions regex = TestRule("svc", "/svc/{name}");
  regex.dns_regexes = {"(?P<name>[a-z]+)-[0-9]+\\.example"};
  EXPECT_THAT(Create({Named("host", "/host/a", {"web-1.example"}), regex}),
              IsInvalid(Reason::kConfigInvalid, "identities[1].dns_regexes[0]"));
  EXPECT_THAT(Create({Named("host", "/host/a", {"web.example"}), regex}), IsOk());
  EXPECT_THAT(Create({Named("web", "/svc/web", {"web-1.example"}), regex}), IsOk());
}

}  // namespace
}  // namespace fleetca::service

#include "service/policy/name_conflicts.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
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

// Rules with so many names, or expressions, in all.
std::vector<RuleOptions> Many(int count, const std::string& path,
                              const std::function<void(RuleOptions*, int)>& add) {
  constexpr int kOfARule = 64;
  std::vector<RuleOptions> rules;
  for (int i = 0; i < count; ++i) {
    if (i % kOfARule == 0) {
      const std::string number = absl::StrCat(i / kOfARule);
      rules.push_back(TestRule(path + number, absl::StrCat("/", path, "/", number)));
    }
    add(&rules.back(), i);
  }
  return rules;
}

std::vector<RuleOptions> ManyNames(int count) {
  return Many(count, "host", [](RuleOptions* rule, int i) {
    rule->dns_names.push_back(absl::StrCat("h", i, "-x.example"));
  });
}

// Four million pairs, of which few can match.
TEST(SharedNamesTest, ManyNamesAreHeldAgainstManyExpressions) {
  for (const bool conflict : {false, true}) {
    std::vector<RuleOptions> rules = ManyNames(2000);
    for (RuleOptions& rule : Many(2000, "svc", [conflict](RuleOptions*rule, int i) {
           rule->dns_regexes.push_back(i % 2 == 0 ? absl::StrCat("r", i, "-[a-z]+\\.example")
                                                  : absl::StrCat("[a-z]+-r", i, "\\.example"));
           if (conflict && i == 1999) {
             rule->dns_regexes.back() = "h77-[a-z]+\\.example";
           }
         })) {
      rules.push_back(std::move(rule));
    }
    const auto policy = Policy::Create(TestPolicy(std::move(rules)));
    if (conflict) {
      EXPECT_EQ(GetReason(policy.status()), Reason::kConfigInvalid);
      EXPECT_THAT(std::string(policy.status().message()), HasSubstr("h77-x.example"));
    } else {
      FLEETCA_ASSERT_OK(policy.status());
      EXPECT_TRUE((*policy)->warnings().empty());
    }
  }
}

TEST(SharedNamesTest, WhatIsTooMuchIsNotSkippedInSilence) {
  std::vector<RuleOptions> rules = ManyNames(1100);
  for (RuleOptions& rule : Many(1000, "svc", [](RuleOptions*rule, int i) {
         rule->dns_regexes.push_back(absl::StrCat(".*-r", i, "-.*"));
       })) {
    rules.push_back(std::move(rule));
  }
  const auto policy = Policy::Create(TestPolicy(rules));
  FLEETCA_ASSERT_OK(policy.status());
  ASSERT_EQ((*policy)->warnings().size(), 1u);
  EXPECT_THAT((*policy)->warnings()[0], HasSubstr("shared_names"));
  for (RuleOptions& rule : rules) {
    rule.shared_names = true;
  }
  EXPECT_TRUE((*Policy::Create(TestPolicy(rules)))->warnings().empty());
}

}  // namespace
}  // namespace fleetca::service

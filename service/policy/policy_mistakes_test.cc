// What Policy::Create refuses.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mistakes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct MistakeCase {
  const char* name;
  std::function<void(PolicyOptions*)> change;
  const char* field;
  const char* saying;
};

void PrintTo(const MistakeCase& mistake, std::ostream* out) { *out << mistake.name; }

class PolicyMistakeTest : public ::testing::TestWithParam<MistakeCase> {};

TEST_P(PolicyMistakeTest, IsTheOnlyOneAndNamesItsField) {
  PolicyOptions options = TestPolicy({TestRule("service", "/svc/{name}")});
  GetParam().change(&options);
  Mistakes mistakes;
  const absl::Status status = Policy::Create(options, &mistakes).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, GetParam().field));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().saying));
  EXPECT_EQ(mistakes.size(), 1u);
}

using Options = PolicyOptions;

SubordinateCa EdgeCa() {
  SubordinateCa ca;
  ca.permitted.dns_domains = {"edge.fleet.example"};
  return ca;
}

std::vector<std::string> Numbered(absl::string_view prefix, int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) {
    out.push_back(absl::StrCat(prefix, i));
  }
  return out;
}

std::vector<AttributeOptions> LongAttributes(int count, const std::string& value) {
  std::vector<AttributeOptions> out;
  for (int i = 0; i < count; ++i) {
    out.push_back({absl::StrCat(std::string(62, 'a'), i), value});
  }
  return out;
}

#define RULE(...)             \
  [](Options* o) {            \
    auto& rule = o->rules[0]; \
    __VA_ARGS__;              \
  }
#define PROFILE(...)                \
  [](Options* o) {                  \
    auto& profile = o->profiles[0]; \
    __VA_ARGS__;                    \
  }

INSTANTIATE_TEST_SUITE_P(
    Head, PolicyMistakeTest,
    ::testing::ValuesIn(std::vector<MistakeCase>{
        {"NoRevision", [](Options* o) { o->revision = 0; }, "policy_revision", "1 or more"},
        {"NegativeRevision", [](Options* o) { o->revision = -1; }, "policy_revision", "1 or more"},
        {"TrustDomain", [](Options* o) { o->trust_domain = "Fleet/x"; }, "trust_domain", "not a"},
        {"NoRules", [](Options* o) { o->rules.clear(); }, "identities", "missing"},
        {"SameProfileName", [](Options* o) { o->profiles[1].profile.name = "service"; },
         "profiles[1]", "also the name of profiles[0]"},
        {"ProfileItself", PROFILE(profile.profile.default_lifetime = absl::Seconds(1)),
         "profiles[0].profile.default_lifetime", "at least 1 minute"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Profile, PolicyMistakeTest,
    ::testing::ValuesIn(std::vector<MistakeCase>{
        {"CertSignOnLeaf", PROFILE(profile.key_usage = x509::kKeyCertSign),
         "profiles[0].key_usages", "for CAs"},
        {"EnciphermentForEveryKey", PROFILE(profile.key_usage = x509::kKeyEncipherment),
         "profiles[0].key_usages", "RSA keys alone"},
        {"AgreementForRsa",
         PROFILE(profile.key_usage = x509::kKeyAgreement;
                 profile.profile.key_algorithms = {x509::PublicKeyAlgorithm::kRsa}),
         "profiles[0].key_usages", "P-256 and P-384"},
        {"EnciphermentAlone",
         PROFILE(profile.key_usage = x509::kKeyEncipherment;
                 profile.profile.key_algorithms = {x509::PublicKeyAlgorithm::kRsa}),
         "profiles[0].key_usages", "KEY_USAGE_DIGITAL_SIGNATURE"},
        {"AgreementAlone",
         PROFILE(profile.key_usage = x509::kKeyAgreement;
                 profile.profile.key_algorithms = {x509::PublicKeyAlgorithm::kP256}),
         "profiles[0].key_usages", "KEY_USAGE_DIGITAL_SIGNATURE"},
        {"CaWithoutCertSign",
         PROFILE(profile.subordinate_ca = EdgeCa(); profile.key_usage = x509::kCrlSign),
         "profiles[0].key_usages", "KEY_CERT_SIGN"},
        {"CaForEveryName", PROFILE(profile.subordinate_ca.emplace()),
         "profiles[0].subordinate_ca.permitted_names", "every name"},
        {"CaPathLength",
         PROFILE(profile.subordinate_ca = EdgeCa(); profile.subordinate_ca->path_length = 9),
         "profiles[0].subordinate_ca.path_length", "0 to 8"},
        {"CaWildcard",
         PROFILE(profile.subordinate_ca = EdgeCa();
                 profile.subordinate_ca->permitted.dns_domains[0] = "*.fleet.example"),
         "profiles[0].subordinate_ca.permitted_names.dns_domains[0]", "every name below"},
        {"CaPrefix",
         PROFILE(profile.subordinate_ca = EdgeCa();
                 profile.subordinate_ca->excluded.ip_prefixes = {"10.0.0.1/8"}),
         "profiles[0].subordinate_ca.excluded_names.ip_prefixes[0]", "bits set"},
        {"CaWithRoles",
         [](Options* o) {
           o->profiles[0].subordinate_ca = EdgeCa();
           o->rules[0].roles = {"read"};
         },
         "identities[0].profiles[0]", "carry no roles"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Rule, PolicyMistakeTest,
    ::testing::ValuesIn(std::vector<MistakeCase>{
        {"NoName", RULE(rule.name = ""), "identities[0].name", "name the rule"},
        {"UpperCaseName", RULE(rule.name = "Web"), "identities[0].name", "lower-case"},
        {"UnicodeName",
         RULE(rule.name = "w\xc3\xa9"
                          "b"),
         "identities[0].name", "lower-case"},
        {"Identity", RULE(rule.identity = "/svc/../x"), "identities[0].identity", "\"..\""},
        {"EncodedIdentity", RULE(rule.identity = "/svc/%2e%2e/x"), "identities[0].identity",
         "percent"},
        {"UnknownProfile", RULE(rule.profiles.push_back("nonesuch")), "identities[0].profiles[1]",
         "no profile of this policy"},
        {"ProfileTwice", RULE(rule.profiles.push_back("service")), "identities[0].profiles[1]",
         "twice"},
        {"NoEffect", RULE(rule.profiles.clear()), "identities[0].profiles", "no effect"},
        {"GrantsWithoutProfile", RULE(rule.profiles.clear(); rule.roles = {"a"}),
         "identities[0].profiles", "no effect"},
        {"UnknownCapture", RULE(rule.dns_names = {"{nam}.fleet.example"}),
         "identities[0].dns_names[0]", "does not capture"},
        {"TwoCapturesInOneLabel",
         RULE(rule.identity = "/svc/{zone}/{name}";
              rule.dns_names = {"{name}-{zone}.fleet.example"}),
         "identities[0].dns_names[0]", "share a name"},
        {"UpperCaseDns", RULE(rule.dns_names = {"Web.fleet.example"}), "identities[0].dns_names[0]",
         "case"},
        {"UnicodeDns",
         RULE(rule.dns_names = {"w\xc3\xa9"
                                "b.fleet.example"}),
         "identities[0].dns_names[0]", ""},
        {"WideWildcard", RULE(rule.dns_names = {"*.example"}), "identities[0].dns_names[0]", ""},
        {"SuffixWithoutDot", RULE(rule.dns_suffixes = {"fleet.example"}),
         "identities[0].dns_suffixes[0]", "begin with"},
        {"SuffixTopLevel", RULE(rule.dns_suffixes = {".{name}"}), "identities[0].dns_suffixes[0]",
         "top-level"},
        {"SuffixWildcard", RULE(rule.dns_suffixes = {".*.fleet.example"}),
         "identities[0].dns_suffixes[0]", "dns_names"},
        {"SuffixUnknownCapture", RULE(rule.dns_suffixes = {".{x}.fleet.example"}),
         "identities[0].dns_suffixes[0]", "does not capture"},
        {"Regex", RULE(rule.dns_regexes = {"("}), "identities[0].dns_regexes[0]", "RE2"},
        {"Prefix", RULE(rule.ip_prefixes = {"10.0.0.0"}), "identities[0].ip_prefixes[0]",
         "prefix length"},
        {"TooManyNames", RULE(rule.dns_names = Numbered("a", 65)), "identities[0].dns_names",
         "at most 64"},
        {"ShortLifetime", RULE(rule.max_lifetime = absl::Seconds(59)), "identities[0].max_lifetime",
         "1 minute"},
        {"KeyTwice",
         RULE(rule.key_algorithms = {x509::PublicKeyAlgorithm::kRsa,
                                     x509::PublicKeyAlgorithm::kRsa}),
         "identities[0].key_algorithms[1]", "twice"},
        {"NoBudget", RULE(rule.budget = Budget({0, absl::Minutes(1)})),
         "identities[0].budget.certificates", "1 to"},
        {"BudgetPeriod", RULE(rule.budget = Budget({1, absl::Milliseconds(999)})),
         "identities[0].budget.per", "1 second"},
        {"IssueForUnknownCapture", RULE(rule.issue_for = {"/job/{node}"}),
         "identities[0].issue_for[0]", "does not capture"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Grants, PolicyMistakeTest,
    ::testing::ValuesIn(std::vector<MistakeCase>{
        {"EmptyRole", RULE(rule.roles = {""}), "identities[0].roles[0]", "not 1 to 64"},
        {"UpperCaseRole", RULE(rule.roles = {"Admin"}), "identities[0].roles[0]", "not 1 to 64"},
        {"RoleWithSpace", RULE(rule.roles = {"a b"}), "identities[0].roles[0]", "not 1 to 64"},
        {"RoleWithCapture", RULE(rule.roles = {"{name}"}), "identities[0].roles[0]", "not 1 to 64"},
        {"RoleBeginsWithDot", RULE(rule.roles = {".a"}), "identities[0].roles[0]", "digit first"},
        {"UnicodeRole", RULE(rule.roles = {"r\xc3\xb4le"}), "identities[0].roles[0]",
         "not 1 to 64"},
        {"LongRole", RULE(rule.roles = {std::string(65, 'a')}), "identities[0].roles[0]",
         "not 1 to 64"},
        {"RoleTwice", RULE(rule.roles = {"a", "b", "a"}), "identities[0].roles[2]", "twice"},
        {"ManyRoles", RULE(rule.roles = Numbered("r", 33)), "identities[0].roles", "at most 32"},
        {"ManyAudience", RULE(rule.audience = Numbered("r", 17)), "identities[0].audience",
         "at most 16"},
        {"ManyAttributes", RULE(rule.attributes = LongAttributes(17, "v")),
         "identities[0].attributes", "at most 16"},
        {"AttributeName", RULE(rule.attributes = {AttributeOptions{"A", "v"}}),
         "identities[0].attributes[0].name", "not 1 to 64"},
        {"AttributeTwice",
         RULE(rule.attributes = {AttributeOptions{"a", "v"}, AttributeOptions{"a", "w"}}),
         "identities[0].attributes[1].name", "twice"},
        {"EmptyValue", RULE(rule.attributes = {AttributeOptions{"a", ""}}),
         "identities[0].attributes[0].value", "0 bytes"},
        {"LongValue", RULE(rule.attributes = {AttributeOptions{"a", std::string(129, 'v')}}),
         "identities[0].attributes[0].value", "129 bytes"},
        {"ControlInValue", RULE(rule.attributes = {AttributeOptions{"a", "v\n"}}),
         "identities[0].attributes[0].value", "control"},
        {"NoUtf8Value", RULE(rule.attributes = {AttributeOptions{"a", "\xff"}}),
         "identities[0].attributes[0].value", "UTF-8"},
        {"UnknownCaptureInValue", RULE(rule.attributes = {AttributeOptions{"a", "{x}"}}),
         "identities[0].attributes[0].value", "does not capture"},
        {"TooLargeTogether",
         RULE(rule.attributes = LongAttributes(16, std::string(128, 'v'));
              rule.roles = Numbered(std::string(60, 'r'), 16)),
         "identities[0]", "at most 4096"},
        {"TooLargeWhenCapturesAreLong",
         RULE(rule.attributes = LongAttributes(16, "{name}");
              rule.roles = Numbered(std::string(60, 'r'), 16)),
         "identities[0]", "at most 4096"},
    }),
    [](const auto& info) { return std::string(info.param.name); });

#undef RULE
#undef PROFILE

TEST(MistakesTest, ATieNamesBothRulesAndLines) {
  RuleOptions first = TestRule("first", "/svc/{name}");
  first.line = 12;
  RuleOptions second = TestRule("second", "/svc/{other}");
  second.line = 34;
  const absl::Status status = Policy::Create(TestPolicy({first, second})).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "identities[1].identity"));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"first\" (line 12)"), HasSubstr("\"second\" (line 34)"),
                    HasSubstr("/svc/{name} and /svc/{other}")));
}

TEST(MistakesTest, ARestAndACaptureAreNoTie) {
  EXPECT_TRUE(
      Policy::Create(TestPolicy({TestRule("a", "/svc/{x}"), TestRule("b", "/svc/*")})).ok());
}

TEST(MistakesTest, AllMistakesAreFoundAtOnce) {
  PolicyOptions options = TestPolicy({TestRule("a", "svc"), TestRule("b", "/svc/{x}", {"none"})});
  options.revision = 0;
  options.rules[1].roles = {"A", "B"};
  options.profiles[1].profile.name = "";
  Mistakes mistakes;
  EXPECT_FALSE(Policy::Create(options, &mistakes).ok());
  EXPECT_EQ(mistakes.size(), 6u);
}

TEST(MistakesTest, ABrokenProfileIsBlamedOnce) {
  PolicyOptions options = TestPolicy({TestRule("a", "/svc/{x}")});
  options.profiles[0].profile.backdate = -absl::Seconds(1);
  Mistakes mistakes;
  EXPECT_FALSE(Policy::Create(options, &mistakes).ok());
  EXPECT_EQ(mistakes.size(), 1u);
}

TEST(MistakesTest, TheSameRuleNameTwice) {
  const absl::Status status =
      Policy::Create(TestPolicy({TestRule("a", "/x"), TestRule("a", "/y")})).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "identities[1].name"));
}

TEST(MistakesTest, TooManyRulesAreNotEvenLookedAt) {
  const std::vector<RuleOptions> rules(kMaxRules + 1, TestRule("a", "/x"));
  Mistakes mistakes;
  EXPECT_THAT(Policy::Create(TestPolicy(rules), &mistakes),
              IsInvalid(Reason::kConfigInvalid, "identities"));
  EXPECT_EQ(mistakes.size(), 1u);
}

// At the limits, where a mistake by one would show.
TEST(MistakesTest, WhatTheExtensionCarriesIsAccepted) {
  RuleOptions rule = TestRule("a", "/svc/{name}");
  rule.roles = Numbered("r", 32);
  rule.roles[0] = std::string(64, 'r');
  rule.audience = Numbered("a/b-", 16);
  rule.attributes = LongAttributes(10, std::string(128, 'v'));
  EXPECT_TRUE(Policy::Create(TestPolicy({rule})).ok());
}

TEST(MistakesTest, ASubordinateCaGetsItsKeyUsage) {
  PolicyOptions options = TestPolicy({TestRule("a", "/ca/{name}")});
  options.profiles[0].subordinate_ca = EdgeCa();
  const auto policy = MakePolicy(options);
  EXPECT_EQ(policy->profiles()[0].key_usage, x509::kKeyCertSign | x509::kCrlSign);
  EXPECT_EQ(policy->profiles()[1].key_usage, x509::kDigitalSignature);
}

}  // namespace
}  // namespace fleetca::service

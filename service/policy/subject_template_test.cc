#include "service/policy/subject_template.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/name.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::testing::HasSubstr;

constexpr absl::string_view kAlice = "spiffe://fleet.example/user/alice";

std::string TextOf(const Policy& policy, absl::string_view identity,
                   absl::string_view profile = "user") {
  AuthorizeRequest request = AskAs(identity);
  request.profile = profile;
  const auto decision = policy.Authorize(request);
  EXPECT_THAT(decision, IsOk());
  return decision.ok() ? x509::NameToText(x509::BuildName(decision->subject)) : "";
}

// A policy of one rule, whose profile and rule have these subjects.
PolicyOptions WithSubjects(absl::string_view identity, std::optional<SubjectOptions> of_profile,
                           std::optional<SubjectOptions> of_rule) {
  PolicyOptions options = TestPolicy({TestRule("people", identity, {"user"})});
  options.profiles[1].subject = std::move(of_profile);
  options.rules[0].subject = std::move(of_rule);
  return options;
}

void ExpectMistake(PolicyOptions options, absl::string_view field, absl::string_view words) {
  const absl::Status status = Policy::Create(std::move(options)).status();
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, field));
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(words)));
}

TEST(SubjectTemplateTest, NameIsTheLastSegmentUnlessTheRuleCapturesOne) {
  const SubjectOptions name{.common_name = "{name}"};
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{name}", name, {})), kAlice), "CN=alice");
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/alice", name, {})), kAlice), "CN=alice");
  const std::string deep = "spiffe://fleet.example/user/ops/bob";
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/*", name, {})), deep), "CN=bob");
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{team}/{x}", name, {})), deep), "CN=bob");
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{name}/{x}", name, {})), deep), "CN=ops");
}

TEST(SubjectTemplateTest, HasEveryAttributeWithCaptures) {
  const SubjectOptions all{.common_name = "{name}@{team}",
                           .organizations = {"Fleet", "group:{team}"},
                           .organizational_units = {"{team}"},
                           .country = "CH"};
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{team}/{name}", all, {})),
                   "spiffe://fleet.example/user/ops/bob"),
            "C=CH, O=Fleet, O=group:ops, OU=ops, CN=bob@ops");
}

TEST(SubjectTemplateTest, TheRulesGoesBeforeTheProfiles) {
  const SubjectOptions profile{.common_name = "{name}", .organizations = {"Fleet"}};
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{name}", profile,
                                            SubjectOptions{.common_name = "person"})),
                   kAlice),
            "CN=person");
  // An empty one is one.
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{name}", profile, SubjectOptions())), kAlice),
            "");
  EXPECT_EQ(TextOf(*MakePolicy(WithSubjects("/user/{name}", {}, {})), kAlice), "");
}

TEST(SubjectTemplateTest, IsOfTheProfileThatIsAskedFor) {
  PolicyOptions options = TestPolicy({TestRule("people", "/user/{name}", {"service", "user"})});
  options.profiles[1].subject = SubjectOptions{.common_name = "{name}"};
  const auto policy = MakePolicy(options);
  EXPECT_EQ(TextOf(*policy, kAlice, "user"), "CN=alice");
  EXPECT_EQ(TextOf(*policy, kAlice, "service"), "");
}

TEST(SubjectTemplateTest, TextsThatComeOutTheSameAreOne) {
  const SubjectOptions twice{.organizations = {"ops", "{team}"}};
  const auto policy = MakePolicy(WithSubjects("/user/{team}/{name}", twice, {}));
  EXPECT_EQ(TextOf(*policy, "spiffe://fleet.example/user/ops/bob"), "O=ops");
  EXPECT_EQ(TextOf(*policy, "spiffe://fleet.example/user/dev/bob"), "O=ops, O=dev");
}

TEST(SubjectTemplateTest, RefusesWhatComesOutTooLong) {
  const auto policy =
      MakePolicy(WithSubjects("/user/{name}", SubjectOptions{.common_name = "user-{name}"}, {}));
  const std::string fits = absl::StrCat("spiffe://fleet.example/user/", std::string(59, 'a'));
  EXPECT_EQ(TextOf(*policy, fits), absl::StrCat("CN=user-", std::string(59, 'a')));
  const std::string over = absl::StrCat(fits, "a");
  AuthorizeRequest request = AskAs(over);
  request.profile = "user";
  const absl::Status status = policy->Authorize(request).status();
  EXPECT_THAT(status, IsInvalid(Reason::kSubjectInvalid, "identity"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("subject.common_name has 65 characters; a subject takes 64"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the policy's rule \"people\""));
}

TEST(SubjectTemplateTest, RefusesACapturedCountryThatIsNone) {
  const auto policy = MakePolicy(
      WithSubjects("/user/{country}/{name}", SubjectOptions{.country = "{country}"}, {}));
  EXPECT_EQ(TextOf(*policy, "spiffe://fleet.example/user/CH/a"), "C=CH");
  for (const char* identity :
       {"spiffe://fleet.example/user/ch/a", "spiffe://fleet.example/user/CHE/a"}) {
    AuthorizeRequest request = AskAs(identity);
    request.profile = "user";
    EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kSubjectInvalid, "identity"));
  }
}

TEST(SubjectTemplateTest, ACasSubjectIsItsTrustDomainAndPath) {
  PolicyOptions options = TestPolicy({TestRule("ca", "/ca/*")});
  options.profiles[0].subordinate_ca.emplace().permitted.dns_domains = {"edge.fleet.example"};
  options.profiles[0].profile.names.dns_wildcards = false;
  EXPECT_EQ(TextOf(*MakePolicy(options), "spiffe://fleet.example/ca/edge", "service"),
            "O=fleet.example, CN=ca/edge");
  const std::string identity = absl::StrCat("spiffe://fleet.example/ca/", std::string(62, 'a'));
  EXPECT_THAT(MakePolicy(options)->Authorize(AskAs(identity)),
              IsInvalid(Reason::kSubjectInvalid, "identity"));
  options.rules[0].subject = SubjectOptions{.common_name = "x"};
  ExpectMistake(options, "identities[0].subject", "subordinate CAs");
  options.rules[0].subject.reset();
  options.profiles[0].subject = SubjectOptions{.common_name = "x"};
  ExpectMistake(options, "profiles[0].subject", "subordinate CAs");
}

// Found when the policy is loaded, as far as that can be known.
TEST(SubjectTemplateTest, MistakesOfAProfileNameTheirField) {
  const auto with = [](SubjectOptions subject) {
    return WithSubjects("/user/{name}", std::move(subject), {});
  };
  ExpectMistake(with({.common_name = std::string(65, 'a')}), "profiles[1].subject.common_name",
                "has 65 characters");
  ExpectMistake(with({.common_name = "{name"}), "profiles[1].subject.common_name", "partner");
  ExpectMistake(with({.common_name = "a\nb"}), "profiles[1].subject.common_name", "control");
  ExpectMistake(with({.organizations = {"a", ""}}), "profiles[1].subject.organization[1]",
                "is empty");
  ExpectMistake(with({.organizations = {"a", "a"}}), "profiles[1].subject.organization[1]",
                "twice");
  ExpectMistake(with({.organizational_units = {"\xff"}}),
                "profiles[1].subject.organizational_unit[0]", "UTF-8");
  ExpectMistake(with({.country = "ch"}), "profiles[1].subject.country", "capital letters");
  ExpectMistake(with({.country = "CHE"}), "profiles[1].subject.country", "capital letters");
  PolicyOptions both = with({.common_name = "{name}"});
  both.profiles[1].profile.subject = SubjectForm::kFirstDnsName;
  ExpectMistake(both, "profiles[1].subject", "SUBJECT_FORM_FIRST_DNS_NAME");
  // Characters count, not octets.
  std::string umlauts;
  for (int i = 0; i < 64; ++i) {
    umlauts += "\xc3\xbc";
  }
  EXPECT_THAT(Policy::Create(with({.common_name = umlauts})), IsOk());
}

TEST(SubjectTemplateTest, MistakesOfARuleNameTheirField) {
  ExpectMistake(WithSubjects("/user/{name}", {}, SubjectOptions{.common_name = "{team}"}),
                "identities[0].subject.common_name", "{team}");
  ExpectMistake(WithSubjects("/user/{name}", SubjectOptions{.organizations = {"{team}"}}, {}),
                "identities[0].profiles", "subject.organization[0] \"{team}\"");
  // The last segment is written out, so its length is known.
  const std::string long_name = absl::StrCat("/user/", std::string(65, 'a'));
  ExpectMistake(WithSubjects(long_name, SubjectOptions{.common_name = "{name}"}, {}),
                "identities[0].profiles", "65 characters");
  PolicyOptions no_profile = WithSubjects("/user/{name}", {}, SubjectOptions{.common_name = "x"});
  no_profile.rules[0].profiles.clear();
  ExpectMistake(no_profile, "identities[0].profiles", "no effect");
}

TEST(SubjectTemplateTest, TheDecisionIsExplained) {
  const auto policy =
      MakePolicy(WithSubjects("/user/{name}", SubjectOptions{.common_name = "{name}"}, {}));
  AuthorizeRequest request = AskAs(kAlice);
  request.profile = "user";
  EXPECT_THAT(ExplanationToText(policy->Explain(request)), HasSubstr("subject          CN=alice"));
}

}  // namespace
}  // namespace fleetca::service

// Which names a certificate has for which none are asked for.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/decision_summary.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using x509::GeneralName;
using x509::NameType;

constexpr absl::string_view kWeb = "spiffe://fleet.example/svc/web";
constexpr char kWebUri[] = "URI:spiffe://fleet.example/svc/web";
constexpr absl::string_view kTen = absl::string_view("\x0a\x00\x00\x01", 4);

class DefaultNamesTest : public ::testing::Test {
 protected:
  DefaultNamesTest() {
    rule_.dns_names = {"{name}.fleet.example", "*.{name}.fleet.example", "shared.fleet.example"};
    rule_.dns_suffixes = {".{name}.fleet.example"};
    rule_.dns_regexes = {"web-[0-9]+\\.fleet\\.example"};
    rule_.ip_prefixes = {"10.0.0.0/8"};
    rule_.shared_names = true;
  }

  // What the certificate says that `caller`, whose own has `names`, gets for `subject`.
  DecisionSummary Decide(const std::vector<GeneralName>& asked,
                         const std::vector<GeneralName>& callers, absl::string_view caller = kWeb,
                         absl::string_view subject = "") {
    RuleOptions admin = TestRule("admin", "/operator/admin");
    admin.issue_for = {"/svc/*"};
    PolicyOptions options = TestPolicy({rule_, admin});
    change_(&options);
    const auto policy = MakePolicy(std::move(options));
    AuthorizeRequest request = AskAs(caller);
    request.subject = subject;
    request.names = asked;
    request.caller_names = callers;
    const auto decision = policy->Authorize(request);
    EXPECT_THAT(decision, IsOk());
    explained_ = ExplanationToText(policy->Explain(request));
    return decision.ok() ? Summarize(*decision) : DecisionSummary();
  }
  std::vector<std::string> NamesFor(const std::vector<GeneralName>& asked,
                                    const std::vector<GeneralName>& callers = {}) {
    return Decide(asked, callers).names;
  }

  RuleOptions rule_ = TestRule("service", "/svc/{name}");
  std::function<void(PolicyOptions*)> change_ = [](PolicyOptions*) {};
  std::string explained_;
};

TEST_F(DefaultNamesTest, TheRulesExactOnesAndNoWildcard) {
  EXPECT_THAT(NamesFor({}),
              ElementsAre(kWebUri, "DNS:web.fleet.example", "DNS:shared.fleet.example"));
  EXPECT_THAT(explained_, HasSubstr("the rule's dns_names are taken"));
  // The identity alone is what is asked for in any case.
  EXPECT_THAT(NamesFor({{NameType::kUri, kWeb}}),
              ElementsAre(kWebUri, "DNS:web.fleet.example", "DNS:shared.fleet.example"));
}

TEST_F(DefaultNamesTest, WhoAsksForANameGetsThatAlone) {
  EXPECT_THAT(NamesFor({{NameType::kDns, "a.web.fleet.example"}}),
              ElementsAre(kWebUri, "DNS:a.web.fleet.example"));
  EXPECT_THAT(NamesFor({{NameType::kIp, kTen}}), ElementsAre(kWebUri, "IP:10.0.0.1"));
  EXPECT_THAT(NamesFor({{NameType::kIp, kTen}}, {{NameType::kDns, "web.fleet.example"}}),
              ElementsAre(kWebUri, "IP:10.0.0.1"));
}

TEST_F(DefaultNamesTest, ARenewalKeepsTheNamesOfTheCertificateThatAsks) {
  EXPECT_THAT(
      NamesFor({}, {{NameType::kUri, kWeb},
                    {NameType::kDns, "a.web.fleet.example"},
                    {NameType::kDns, "*.web.fleet.example"},
                    {NameType::kIp, kTen}}),
      ElementsAre(kWebUri, "DNS:a.web.fleet.example", "DNS:*.web.fleet.example", "IP:10.0.0.1"));
  EXPECT_THAT(explained_, HasSubstr("those of the certificate that asks are kept"));
}

TEST_F(DefaultNamesTest, WhatIsGrantedNoMoreIsLeftOutAndSaid) {
  const DecisionSummary decision = Decide({}, {{NameType::kDns, "web.fleet.example"},
                                               {NameType::kDns, "old.fleet.example"},
                                               {NameType::kEmail, "web@fleet.example"}});
  EXPECT_THAT(decision.names, ElementsAre(kWebUri, "DNS:web.fleet.example"));
  EXPECT_THAT(decision.left_out, ElementsAre("DNS:old.fleet.example", "email:web@fleet.example"));
  EXPECT_THAT(explained_, HasSubstr("left out         DNS:old.fleet.example, email:web@"));
}

// A service that was renamed in the policy is known by its new name from the next renewal on.
TEST_F(DefaultNamesTest, WhereNothingIsKeptTheRulesAreTaken) {
  const DecisionSummary decision = Decide({}, {{NameType::kDns, "old.fleet.example"}});
  EXPECT_THAT(decision.names,
              ElementsAre(kWebUri, "DNS:web.fleet.example", "DNS:shared.fleet.example"));
  EXPECT_THAT(decision.left_out, ElementsAre("DNS:old.fleet.example"));
}

TEST_F(DefaultNamesTest, TheNamesOfWhoAsksForAnotherAreNotTaken) {
  const DecisionSummary decision = Decide({}, {{NameType::kDns, "a.web.fleet.example"}},
                                          "spiffe://fleet.example/operator/admin", kWeb);
  EXPECT_THAT(decision.names,
              ElementsAre(kWebUri, "DNS:web.fleet.example", "DNS:shared.fleet.example"));
  EXPECT_THAT(decision.left_out, IsEmpty());
}

// A rule may have several profiles, and not each of them is for servers.
TEST_F(DefaultNamesTest, TheProfileBoundsThem) {
  change_ = [](PolicyOptions* options) {
    options->profiles[0].profile.names.dns_suffixes.clear();
    options->profiles[0].profile.names.dns_wildcards = false;
  };
  EXPECT_THAT(NamesFor({}), ElementsAre(kWebUri));
  EXPECT_THAT(NamesFor({}, {{NameType::kDns, "web.fleet.example"}}), ElementsAre(kWebUri));
  change_ = [](PolicyOptions* options) { options->profiles[0].profile.names.max_names = 2; };
  EXPECT_THAT(NamesFor({}), ElementsAre(kWebUri, "DNS:web.fleet.example"));
  EXPECT_THAT(Decide({}, {{NameType::kIp, kTen}, {NameType::kDns, "web.fleet.example"}}).left_out,
              ElementsAre("DNS:web.fleet.example"));
}

TEST_F(DefaultNamesTest, TheNamesOfTheCaAreNobodyElses) {
  change_ = [](PolicyOptions* options) { options->reserved.dns_names = {"web.fleet.example"}; };
  EXPECT_THAT(NamesFor({}), ElementsAre(kWebUri, "DNS:shared.fleet.example"));
  EXPECT_THAT(NamesFor({}, {{NameType::kDns, "web.fleet.example"}}),
              ElementsAre(kWebUri, "DNS:shared.fleet.example"));
}

// "a.b" must not become two labels, and "Web" is no name in small letters.
TEST_F(DefaultNamesTest, ACaptureThatIsNoLabelGivesNoName) {
  for (const char* identity : {"spiffe://fleet.example/svc/a.b", "spiffe://fleet.example/svc/Web",
                               "spiffe://fleet.example/svc/-web"}) {
    EXPECT_THAT(Decide({}, {}, identity).names,
                ElementsAre(absl::StrCat("URI:", identity), "DNS:shared.fleet.example"));
  }
}

TEST_F(DefaultNamesTest, UnderscoresAreTheProfilesToAllow) {
  const std::string identity = "spiffe://fleet.example/svc/my_web";
  EXPECT_THAT(Decide({}, {}, identity).names,
              ElementsAre(absl::StrCat("URI:", identity), "DNS:shared.fleet.example"));
  const GeneralName name = {NameType::kDns, "my_web.fleet.example"};
  AuthorizeRequest request = AskAs(identity);
  request.names = {&name, 1};
  PolicyOptions options = TestPolicy({rule_});
  const absl::Status refused = MakePolicy(options)->Authorize(request).status();
  EXPECT_THAT(refused, IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("names.dns_underscores"));
  options.profiles[0].profile.names.dns_underscores = true;
  EXPECT_THAT(MakePolicy(options)->Authorize(request), IsOk());
  change_ = [](PolicyOptions* changed) {
    changed->profiles[0].profile.names.dns_underscores = true;
  };
  EXPECT_THAT(Decide({}, {}, identity).names,
              ElementsAre(absl::StrCat("URI:", identity), "DNS:my_web.fleet.example",
                          "DNS:shared.fleet.example"));
}

TEST_F(DefaultNamesTest, ACasCertificateGetsNone) {
  change_ = [](PolicyOptions* options) {
    options->profiles[0].subordinate_ca.emplace().permitted.dns_domains = {"edge.example"};
  };
  EXPECT_THAT(NamesFor({}, {{NameType::kDns, "web.fleet.example"}}), ElementsAre(kWebUri));
}

}  // namespace
}  // namespace fleetca::service

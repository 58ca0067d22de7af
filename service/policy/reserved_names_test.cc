#include "service/policy/reserved_names.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::HasSubstr;
using x509::GeneralName;
using x509::NameType;

constexpr char kServer[] = "spiffe://fleet.example/svc/fleetca";
constexpr char kAddress[] = "\x0a\x01\x02\x03";

auto IsReserved() { return IsError(absl::StatusCode::kPermissionDenied, Reason::kNameReserved); }

// Services and hosts with templates that reach the names of the CA's server, which are
// ca.fleet.example and 10.1.2.3.
PolicyOptions Options() {
  RuleOptions service = TestRule("service", "/svc/{name}");
  service.dns_names = {"{name}.fleet.example", "*.fleet.example"};
  service.dns_names.pop_back();
  service.dns_suffixes = {".fleet.example"};
  service.ip_prefixes = {"10.0.0.0/8"};
  RuleOptions host = TestRule("host", "/host/{name}");
  host.dns_regexes = {"ca\\.fleet\\.example|.*\\.hosts\\.example"};
  host.issue_for = {"/svc/*", "/svc/{name}"};
  PolicyOptions options = TestPolicy({service, host});
  options.reserved.identities = {kServer};
  options.reserved.dns_names = {"ca.fleet.example"};
  options.reserved.ip_addresses = {kAddress};
  return options;
}

absl::Status Ask(const Policy& policy, absl::string_view caller, std::vector<GeneralName> names,
                 absl::string_view subject = "") {
  AuthorizeRequest request = AskAs(caller);
  request.names = names;
  request.subject = subject;
  return policy.Authorize(request).status();
}

TEST(ReservedNamesTest, NoTemplateRangeOrExpressionGivesThem) {
  const auto policy = MakePolicy(Options());
  const GeneralName name = {NameType::kDns, "ca.fleet.example"};
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/svc/ca", {name}), IsReserved());
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/svc/web", {name}), IsReserved());
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/host/ca", {name}), IsReserved());
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/svc/web", {{NameType::kIp, kAddress}}),
              IsReserved());
  // A wildcard that stands for it is as good.
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/svc/web", {{NameType::kDns, "*.fleet.example"}}),
              IsReserved());
  EXPECT_THAT(Ask(*policy, "spiffe://fleet.example/svc/web", {{NameType::kDns, "b.fleet.example"}}),
              IsOk());
}

TEST(ReservedNamesTest, TheCaItselfHasThem) {
  PolicyOptions options = Options();
  EXPECT_THAT(Ask(*MakePolicy(options), kServer, {{NameType::kDns, "ca.fleet.example"}}), IsOk());
  RuleOptions own = TestRule("fleetca", "/svc/fleetca");
  own.dns_names = {"ca.fleet.example"};
  own.ip_prefixes = {"10.1.2.3/32"};
  options.rules.push_back(own);
  const auto policy = MakePolicy(options);
  EXPECT_THAT(
      Ask(*policy, kServer, {{NameType::kDns, "ca.fleet.example"}, {NameType::kIp, kAddress}}),
      IsOk());
}

TEST(ReservedNamesTest, TheIdentityIsAskedForByWhoHasItOrWritesItOut) {
  PolicyOptions options = Options();
  EXPECT_THAT(Ask(*MakePolicy(options), "spiffe://fleet.example/host/fleetca", {}, kServer),
              IsReserved());
  EXPECT_THAT(
      MakePolicy(options)->CheckMayAsk("spiffe://fleet.example/host/fleetca", kServer, "service"),
      IsReserved());
  options.rules[1].issue_for.push_back("/svc/fleetca");
  EXPECT_THAT(Ask(*MakePolicy(options), "spiffe://fleet.example/host/a", {}, kServer), IsOk());
}

TEST(ReservedNamesTest, ItIsReservedWithoutACertificate) {
  PolicyOptions options = Options();
  options.reserved = {};
  EXPECT_THAT(Ask(*MakePolicy(options), "spiffe://fleet.example/host/fleetca", {}, kServer),
              IsReserved());
}

TEST(ReservedNamesTest, WhatIsWrittenOutForAnotherIsAMistake) {
  struct Case {
    void (*change)(RuleOptions* rule);
    const char* field;
  };
  for (const Case& test :
       std::vector<Case>{{[](RuleOptions* rule) { rule->dns_names = {"ca.fleet.example"}; },
                          "identities[2].dns_names[0]"},
                         {[](RuleOptions* rule) { rule->dns_names = {"*.fleet.example"}; },
                          "identities[2].dns_names[0]"},
                         {[](RuleOptions* rule) {
                            rule->ip_prefixes = {"10.9.9.9/32", "10.1.2.3/32"};
                          },
                          "identities[2].ip_prefixes[1]"}}) {
    PolicyOptions options = Options();
    options.rules.push_back(TestRule("relay", "/host/ca"));
    test.change(&options.rules.back());
    const absl::Status status = Policy::Create(options).status();
    EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, test.field));
    EXPECT_THAT(std::string(status.message()), HasSubstr("pose as the CA"));
  }
}

TEST(ReservedNamesTest, WhatARuleGivesTheCaIsTheCasAlone) {
  PolicyOptions options = Options();
  options.reserved = {};
  RuleOptions own = TestRule("fleetca", "/svc/fleetca");
  own.dns_names = {"other.fleet.example"};
  options.rules.push_back(own);
  EXPECT_THAT(Ask(*MakePolicy(options), "spiffe://fleet.example/svc/other",
                  {{NameType::kDns, "other.fleet.example"}}),
              IsReserved());
}

TEST(ReservedNamesTest, WildcardsStandForNamesBothWays) {
  const ReservedNames reserved = {{}, {"*.ca.example", "ca.fleet.example"}, {}};
  EXPECT_TRUE(reserved.Covers({NameType::kDns, "a.ca.example"}));
  EXPECT_TRUE(reserved.Covers({NameType::kDns, "*.ca.example"}));
  EXPECT_TRUE(reserved.Covers({NameType::kDns, "*.fleet.example"}));
  EXPECT_FALSE(reserved.Covers({NameType::kDns, "a.b.ca.example"}));
  EXPECT_FALSE(reserved.Covers({NameType::kDns, "ca.example"}));
  EXPECT_FALSE(reserved.Covers({NameType::kDns, "*.example"}));
}

}  // namespace
}  // namespace fleetca::service

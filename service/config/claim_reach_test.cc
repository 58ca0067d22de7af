#include "service/config/claim_reach.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status Check(const std::string& identity, std::vector<RuleOptions> rules) {
  ServerConfig config;
  TokenIssuerConfig issuer;
  issuer.rules.push_back({"https://ci.example",
                          {{"sub", "u:{name}"}},
                          identity,
                          "ca.textproto:31",
                          "token_issuers[0].rules[0].identity"});
  config.token_issuers.push_back(issuer);
  return CheckClaimReach(config, *MakePolicy(std::move(rules)));
}

std::vector<RuleOptions> Rules() {
  RuleOptions admin = TestRule("admin", "/user/admin");
  admin.rights = {Right::kManageTokens};
  admin.line = 12;
  RuleOptions node = TestRule("node", "/node/{node}");
  node.issue_for = {"/svc/{node}/*"};
  RuleOptions operators = TestRule("operators", "/operator/*");
  operators.rights = {Right::kGetCertificates};
  RuleOptions guest = TestRule("guest", "/operator/guest/{name}");
  return {TestRule("user", "/user/{name}"), admin, node, operators, guest};
}

TEST(ClaimReachTest, ACaptureNeverComesToWhoHasRights) {
  const absl::Status status = Check("/user/{name}", Rules());
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "token_issuers[0].rules[0].identity"));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("ca.textproto:31: token_issuers[0].rules[0].identity: "),
                    HasSubstr("/user/admin"), HasSubstr("\"admin\" (line 12)")));
}

TEST(ClaimReachTest, EachWayToComeThere) {
  for (const char* reaching :
       {"/user/{name}", "/user/a{name}", "/user/{name}n", "/{name}/admin", "/node/{name}",
        "/operator/{name}", "/operator/a/{name}", "/{name}/x"}) {
    EXPECT_THAT(Check(reaching, Rules()),
                IsInvalid(Reason::kConfigInvalid, "token_issuers[0].rules[0].identity"))
        << reaching;
  }
  for (const char* apart : {"/user/x-{name}", "/people/{name}", "/user/{name}/x", "/job/{name}",
                            "/user/adminx{name}", "/operator/guest/{name}"}) {
    EXPECT_THAT(Check(apart, Rules()), IsOk()) << apart;
  }
}

TEST(ClaimReachTest, WhatIsWrittenOutMayHaveRights) {
  EXPECT_THAT(Check("/user/admin", Rules()), IsOk());
  EXPECT_THAT(Check("/node/n1", Rules()), IsOk());
}

TEST(ClaimReachTest, NoTokenIsTheCa) {
  const std::vector<RuleOptions> rules = {TestRule("service", "/svc/{name}")};
  const absl::Status status = Check("/svc/fleetca", rules);
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the identity of the CA's server"));
  // ClaimRules refuses the token that would be it.
  EXPECT_THAT(Check("/svc/{name}", rules), IsOk());
}

}  // namespace
}  // namespace fleetca::service

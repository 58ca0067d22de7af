#include "service/jwt/claim_rules.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;

constexpr absl::string_view kCluster = "https://cluster.test";

absl::StatusOr<ClaimRules> Create(const std::vector<ClaimRuleOptions>& rules) {
  return ClaimRules::Create("fleet.test", rules);
}

ClaimRuleOptions Rule(absl::string_view claim, absl::string_view pattern,
                      absl::string_view identity) {
  return {
      std::string(kCluster), {{std::string(claim), std::string(pattern)}}, std::string(identity)};
}

JwtClaims Claims(absl::string_view json, absl::string_view issuer = kCluster) {
  JwtClaims claims;
  claims.issuer = std::string(issuer);
  claims.all = *ParseJson(json);
  return claims;
}

std::string IdentityOf(const ClaimRules& rules, const JwtClaims& claims) {
  const absl::StatusOr<std::string> identity = rules.Identity(claims);
  if (!identity.ok()) {
    EXPECT_THAT(identity, IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
    return "";
  }
  return *identity;
}

TEST(ClaimRulesTest, KubernetesServiceAccountsHaveIdentities) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const ClaimRules rules,
      Create({KubernetesServiceAccountRule(kCluster, "/svc/{namespace}/{name}")}));
  // As a projected token has them.
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"system:serviceaccount:prod:web.v2",
      "kubernetes.io":{"namespace":"prod","serviceaccount":{"name":"web.v2","uid":"1"}}})")),
            "spiffe://fleet.test/svc/prod/web.v2");
  for (const absl::string_view subject :
       {"system:serviceaccount:prod", "system:serviceaccount:prod:", "system:serviceaccount::web",
        "system:serviceaccount:prod:web:admin", "system:serviceaccount:prod:../admin",
        "system:serviceaccount:prod:..", "system:serviceaccount:prod:a/b",
        "system:serviceaccount:prod:a%2fb", "system:node:prod:web", "prod:web", ""}) {
    EXPECT_EQ(IdentityOf(rules, Claims(absl::StrCat(R"({"sub":")", subject, R"("})"))), "")
        << subject;
  }
}

TEST(ClaimRulesTest, NothingIsAllowedThatNoRuleSays) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ClaimRules none, Create({}));
  EXPECT_EQ(IdentityOf(none, Claims(R"({"sub":"web"})")), "");

  FLEETCA_ASSERT_OK_AND_ASSIGN(const ClaimRules rules, Create({Rule("sub", "web", "/svc/web")}));
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"web"})")), "spiffe://fleet.test/svc/web");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"web"})", "https://other.test")), "");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":["web"]})")), "");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":null})")), "");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"Sub":"web"})")), "");
}

TEST(ClaimRulesTest, EveryMatchOfARuleMustHold) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ClaimRules rules,
                               Create({{std::string(kCluster),
                                        {{"sub", "repo:acme/{repo}:ref:{ref}"},
                                         {"/a~1b/m~0n", "release"},
                                         {"/kubernetes.io/namespace", "{ns}"}},
                                        "/ci/{ns}/{repo}"}}));
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"repo:acme/web:ref:main",
      "a/b":{"m~n":"release"},"kubernetes.io":{"namespace":"prod"}})")),
            "spiffe://fleet.test/ci/prod/web");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"repo:acme/web:ref:main",
      "a/b":{"m~n":"debug"},"kubernetes.io":{"namespace":"prod"}})")),
            "");
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"repo:acme/web:ref:main",
      "a/b":{"m~n":"release"},"kubernetes.io/namespace":"prod"})")),
            "");
}

TEST(ClaimRulesTest, RefusesRulesThatLeaveAChoice) {
  const ClaimRuleOptions any = Rule("sub", "svc:{name}", "/svc/{name}");
  EXPECT_THAT(Create({any, Rule("sub", "svc:web", "/svc/web2")}),
              IsInvalid(Reason::kConfigInvalid, "rules[1].matches"));
  EXPECT_THAT(Create({any, any}), IsInvalid(Reason::kConfigInvalid, "rules[1].matches"));
  // A token may have both claims.
  EXPECT_THAT(Create({any, Rule("email", "web@fleet.test", "/user/web")}),
              IsInvalid(Reason::kConfigInvalid, "rules[1].matches"));
  EXPECT_THAT(Create({any, Rule("/sub", "svc:web", "/svc/web2")}),
              IsInvalid(Reason::kConfigInvalid, "rules[1].matches"));

  ClaimRuleOptions other_issuer = any;
  other_issuer.issuer = "https://other.test";
  FLEETCA_EXPECT_OK(Create({any, other_issuer, Rule("sub", "host:{name}", "/host/{name}")}));
}

TEST(ClaimRulesTest, RefusesMistakes) {
  const struct {
    ClaimRuleOptions rule;
    absl::string_view field;
  } cases[] = {
      {{"", {{"sub", "web"}}, "/svc/web"}, "issuer"},
      {{std::string(kCluster), {}, "/svc/web"}, "matches"},
      {Rule("", "web", "/svc/web"), "matches[0].claim"},
      {Rule("/", "web", "/svc/web"), "matches[0].claim"},
      {Rule("/a//b", "web", "/svc/web"), "matches[0].claim"},
      {Rule("/a~2", "web", "/svc/web"), "matches[0].claim"},
      {Rule("/a~", "web", "/svc/web"), "matches[0].claim"},
      {Rule("sub", "", "/svc/web"), "matches[0].pattern"},
      {Rule("sub", "{a}{b}", "/svc/{a}"), "matches[0].pattern"},
      {{std::string(kCluster), {{"sub", "{a}"}, {"aud", "{a}"}}, "/svc/{a}"}, "matches[1].pattern"},
      {Rule("sub", "{a}", "/svc/{b}"), "identity"},
      {Rule("sub", "{a}", "/svc/{a"), "identity"},
      {Rule("sub", "{a}", "/svc/a}"), "identity"},
      {Rule("sub", "{a}", "/svc/{}"), "identity"},
      {Rule("sub", "{a}:{b}", "/svc/{a}-{b}"), "identity"},
      {Rule("sub", "{a}:{b}", "/svc/{a}{b}"), "identity"},
      {Rule("sub", "{a}", ""), "identity"},
      {Rule("sub", "{a}", "svc/{a}"), "identity"},
      {Rule("sub", "{a}", "{a}"), "identity"},
      {Rule("sub", "{a}", ".evil/{a}"), "identity"},
      {Rule("sub", "{a}", "/svc//{a}"), "identity"},
      {Rule("sub", "{a}", "/svc/{a}/"), "identity"},
      {Rule("sub", "{a}", "/svc/../{a}"), "identity"},
      {Rule("sub", "{a}", "/svc/a b"), "identity"},
  };
  for (const auto& wrong : cases) {
    EXPECT_THAT(Create({wrong.rule}),
                IsInvalid(Reason::kConfigInvalid, absl::StrCat("rules[0].", wrong.field)))
        << wrong.rule.identity;
  }
}

TEST(ClaimRulesTest, TheIdentityIsASpiffeId) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ClaimRules rules,
                               Create({Rule("sub", "{name}", "/svc/.{name}")}));
  EXPECT_EQ(IdentityOf(rules, Claims(R"({"sub":"x."})")), "spiffe://fleet.test/svc/.x.");
  EXPECT_EQ(IdentityOf(rules, Claims(absl::StrCat(R"({"sub":")", std::string(2048, 'a'), R"("})"))),
            "");
  EXPECT_THAT(ClaimRules::Create("Fleet.test", {Rule("sub", "web", "/svc/web")}),
              IsInvalid(Reason::kConfigInvalid, "rules[0].identity"));
}

TEST(ClaimRulesTest, NoTokenIsTheCasServer) {
  const auto rules = Create({Rule("sub", "svc:{name}", "/svc/{name}")});
  ASSERT_TRUE(rules.ok()) << rules.status();
  const absl::Status status = rules->Identity(Claims(R"({"sub":"svc:fleetca"})")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetReason(status), Reason::kNameReserved) << status;
  EXPECT_TRUE(rules->Identity(Claims(R"({"sub":"svc:fleetcb"})")).ok());
}

}  // namespace
}  // namespace fleetca::service

#include "service/policy/policy.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using x509::GeneralName;
using x509::NameType;

constexpr char kWeb[] = "spiffe://fleet.example/svc/web";

const auto kIsDenied = IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);

TEST(PolicyTest, GrantsWhatTheRuleSays) {
  RuleOptions rule = TestRule("service", "/svc/{name}");
  rule.dns_names = {"{name}.fleet.example"};
  rule.roles = {"write", "read"};
  rule.audience = {"store", "db"};
  rule.attributes = {{"team", "team of {name}"}, {"env", "prod"}};
  rule.max_lifetime = absl::Minutes(30);
  rule.budget = Budget{10, absl::Minutes(1)};
  const auto policy = MakePolicy({rule});
  AuthorizeRequest request = AskAs(kWeb);
  const std::vector<GeneralName> names = {{NameType::kDns, "web.fleet.example"},
                                          {NameType::kUri, kWeb}};
  request.names = names;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision, policy->Authorize(request));
  EXPECT_EQ(decision.subject_rule, "service");
  EXPECT_EQ(decision.caller_rule, "service");
  EXPECT_EQ(decision.profile->profile.name(), "service");
  EXPECT_EQ(decision.identity(), kWeb);
  EXPECT_THAT(decision.names, ElementsAre(names[1], names[0]));
  EXPECT_THAT(decision.roles, ElementsAre("read", "write"));
  EXPECT_THAT(decision.audience, ElementsAre("db", "store"));
  ASSERT_EQ(decision.attributes.size(), 2u);
  EXPECT_EQ(decision.attributes[0].name, "env");
  EXPECT_EQ(decision.attributes[1].value, "team of web");
  EXPECT_EQ(decision.lifetime, absl::Minutes(30));
  EXPECT_EQ(decision.max_lifetime, absl::Minutes(30));
  EXPECT_EQ(decision.policy_revision, 7);
  ASSERT_NE(decision.budget, nullptr);
  EXPECT_EQ(*decision.budget, *rule.budget);
}

TEST(PolicyTest, ACsrWithoutNamesGetsTheIdentity) {
  const auto policy = MakePolicy({TestRule("service", "/svc/*")});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision, policy->Authorize(AskAs(kWeb)));
  EXPECT_THAT(decision.names, ElementsAre(GeneralName{NameType::kUri, kWeb}));
  EXPECT_EQ(decision.lifetime, absl::Hours(1));
  EXPECT_EQ(decision.budget, nullptr);
}

TEST(PolicyTest, WhatNoRuleMatchesIsDenied) {
  const auto policy = MakePolicy({TestRule("service", "/svc/{name}")});
  for (const char* caller :
       {"spiffe://fleet.example/host/web", "spiffe://fleet.example/svc",
        "spiffe://fleet.example/svc/web/x", "spiffe://other.example/svc/web",
        "spiffe://fleet.example", "spiffe://fleet.example.evil/svc/web", "fleet.example/svc/web",
        "spiffe://fleet.example/svc/..", "spiffe://fleet.example/svc/%2e", "",
        "spiffe://fleet.example//svc/web", "spiffe://fleet.example/svc/web/",
        "spiffe://fleet.example/svc/w\xc3\xa9"
        "b",
        "SPIFFE://fleet.example/svc/web"}) {
    EXPECT_THAT(policy->Authorize(AskAs(caller)), kIsDenied) << caller;
  }
}

TEST(PolicyTest, TheMostSpecificRuleIsTheOnlyOneThatCounts) {
  RuleOptions all = TestRule("all", "/svc/*");
  all.roles = {"wide"};
  const RuleOptions web = TestRule("web", "/svc/web", {"user"});
  const auto policy = MakePolicy({all, web});
  // Its own rule does not grant "service"; the wider one does not help it.
  EXPECT_THAT(policy->Authorize(AskAs(kWeb)), kIsDenied);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision,
                               policy->Authorize(AskAs("spiffe://fleet.example/svc/db")));
  EXPECT_THAT(decision.roles, ElementsAre("wide"));
}

TEST(PolicyTest, TheSameWordsForAProfileThatIsNotThereAndOneThatIsNotGranted) {
  const auto policy = MakePolicy({TestRule("service", "/svc/{name}")});
  const auto refusal = [&](absl::string_view caller, absl::string_view profile) {
    AuthorizeRequest request = AskAs(caller);
    request.profile = profile;
    const absl::Status status = policy->Authorize(request).status();
    EXPECT_THAT(status, kIsDenied);
    std::string message(status.message());
    const size_t at = message.find(std::string(profile));
    EXPECT_NE(at, std::string::npos);
    return message.replace(at, profile.size(), "P");
  };
  EXPECT_EQ(refusal(kWeb, "user"), refusal(kWeb, "nonesuch"));
  // A stranger is not told what there is.
  constexpr char kStranger[] = "spiffe://fleet.example/host/h";
  EXPECT_EQ(refusal(kStranger, "service"), refusal(kStranger, "nonesuch"));
  EXPECT_THAT(refusal(kStranger, "nonesuch"), Not(HasSubstr("service")));
}

TEST(PolicyTest, AskingForAnotherIsRefusedInTheSameWordsWhetherItExists) {
  const auto policy = MakePolicy({TestRule("service", "/svc/{name}")});
  AuthorizeRequest request = AskAs(kWeb);
  request.subject = "spiffe://fleet.example/svc/db";
  const absl::Status known = policy->Authorize(request).status();
  request.subject = "spiffe://fleet.example/xyz/db";
  const absl::Status unknown = policy->Authorize(request).status();
  EXPECT_THAT(known, kIsDenied);
  EXPECT_THAT(unknown, kIsDenied);
  EXPECT_EQ(
      std::string(known.message()).replace(std::string(known.message()).find("/svc/db"), 7, ""),
      std::string(unknown.message())
          .replace(std::string(unknown.message()).find("/xyz/db"), 7, ""));
}

class IssueForTest : public ::testing::Test {
 protected:
  static std::unique_ptr<const Policy> Make() {
    RuleOptions agent = TestRule("agent", "/node/{node}");
    agent.issue_for = {"/svc/{node}/*", "/job/{node}"};
    agent.budget = Budget{5, absl::Minutes(1)};
    agent.roles = {"agent"};
    RuleOptions workload = TestRule("workload", "/svc/{node}/{name}");
    workload.roles = {"workload"};
    RuleOptions admin = TestRule("admin", "/user/admin", {});
    admin.issue_for = {"/*"};
    return MakePolicy({agent, workload, admin, TestRule("job", "/job/{name}", {"user"})});
  }

  absl::StatusOr<Decision> Ask(absl::string_view caller, absl::string_view subject) {
    AuthorizeRequest request = AskAs(caller);
    request.subject = subject;
    return policy_->Authorize(request);
  }

  const std::unique_ptr<const Policy> policy_ = Make();
};

TEST_F(IssueForTest, AnAgentAsksForItsOwnWorkloads) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision, Ask("spiffe://fleet.example/node/n1",
                                                            "spiffe://fleet.example/svc/n1/web"));
  EXPECT_EQ(decision.caller_rule, "agent");
  EXPECT_EQ(decision.subject_rule, "workload");
  EXPECT_EQ(decision.identity(), "spiffe://fleet.example/svc/n1/web");
  EXPECT_THAT(decision.roles, ElementsAre("workload"));  // never the agent's
  ASSERT_NE(decision.budget, nullptr);                   // always the agent's
  EXPECT_EQ(decision.budget->certificates, 5);
}

TEST_F(IssueForTest, TheSubjectMayStandInTheCsrAlone) {
  AuthorizeRequest request = AskAs("spiffe://fleet.example/node/n1");
  const std::vector<GeneralName> names = {{NameType::kUri, "spiffe://fleet.example/svc/n1/web"}};
  request.names = names;
  EXPECT_THAT(policy_->Authorize(request), IsOk());
  const std::vector<GeneralName> others = {{NameType::kUri, "spiffe://fleet.example/svc/n2/web"}};
  request.names = others;
  EXPECT_THAT(policy_->Authorize(request), kIsDenied);
}

TEST_F(IssueForTest, NobodyAsksForWhatIsNotTheirs) {
  const std::pair<const char*, const char*> kRefused[] = {
      {"/node/n1", "/svc/n2/web"},                              // another node's workload
      {"/node/n1", "/node/n2"},                                 // another agent
      {"/node/n1", "/user/admin"},    {"/node/n1", "/svc/n1"},  // a rest is one segment at least
      {"/node/n1", "/svc/n1/web/x"},                            // it may ask, but no rule grants it
      {"/node/n1", "/job/n1"},          // it may ask, but the profile is not granted
      {"/svc/n1/web", "/svc/n1/db"},    // a workload has no such right
      {"/svc/n1/web", "/node/n1"},      // nor over its agent
      {"/user/admin", "/user/admin"},   // may ask for all, and is granted nothing itself
      {"/user/other", "/svc/n1/web"}};  // no rule
  for (const auto& [caller, subject] : kRefused) {
    EXPECT_THAT(Ask(absl::StrCat("spiffe://fleet.example", caller),
                    absl::StrCat("spiffe://fleet.example", subject)),
                kIsDenied)
        << caller << " for " << subject;
  }
  EXPECT_THAT(Ask("spiffe://fleet.example/node/n1", "spiffe://evil.example/svc/n1/web"), kIsDenied);
  EXPECT_THAT(Ask("spiffe://evil.example/node/n1", "spiffe://fleet.example/svc/n1/web"), kIsDenied);
}

TEST_F(IssueForTest, AnAdministratorAsksForAll) {
  EXPECT_THAT(Ask("spiffe://fleet.example/user/admin", "spiffe://fleet.example/svc/n1/web"),
              IsOk());
}

TEST_F(IssueForTest, ASubjectThatIsNoSpiffeIdIsInvalid) {
  for (const char* subject : {"svc/n1/web", "spiffe://fleet.example/svc/n1/../n2", "x\n",
                              "spiffe://fleet.example/svc/%2e%2e/web"}) {
    EXPECT_THAT(Ask("spiffe://fleet.example/user/admin", subject),
                IsInvalid(Reason::kSanInvalid, "subject"))
        << subject;
  }
}

TEST(PolicyTest, TheRequestAndTheCsrMustNameOneIdentity) {
  const auto policy = MakePolicy({TestRule("service", "/svc/{name}")});
  AuthorizeRequest request = AskAs(kWeb);
  const std::vector<GeneralName> other = {{NameType::kUri, "spiffe://fleet.example/svc/db"}};
  request.subject = kWeb;
  request.names = other;
  EXPECT_THAT(policy->Authorize(request),
              IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  const std::vector<GeneralName> two = {{NameType::kUri, kWeb}, {NameType::kUri, kWeb}};
  request.names = two;
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
}

TEST(PolicyTest, LifetimeIsCappedByTheRuleAndTheProfile) {
  RuleOptions rule = TestRule("service", "/svc/{name}");
  rule.max_lifetime = absl::Hours(2);
  const auto policy = MakePolicy({rule, TestRule("db", "/svc/db")});
  AuthorizeRequest request = AskAs(kWeb);
  request.lifetime = absl::Hours(2);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision, policy->Authorize(request));
  EXPECT_EQ(decision.lifetime, absl::Hours(2));
  request.lifetime = absl::Hours(2) + absl::Seconds(1);
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
  request.caller = "spiffe://fleet.example/svc/db";
  EXPECT_THAT(policy->Authorize(request), IsOk());
  request.lifetime = absl::Hours(25);
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
  request.lifetime = -absl::Seconds(1);
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
}

TEST(PolicyTest, KeysAreBoundByTheRuleAndTheProfile) {
  RuleOptions rule = TestRule("service", "/svc/{name}");
  rule.key_algorithms = {x509::PublicKeyAlgorithm::kP256, x509::PublicKeyAlgorithm::kRsa};
  PolicyOptions options = TestPolicy({rule});
  options.profiles[0].profile.key_algorithms = {x509::PublicKeyAlgorithm::kP256};
  const auto policy = MakePolicy(options);
  AuthorizeRequest request = AskAs(kWeb);
  EXPECT_THAT(policy->Authorize(request), IsOk());
  for (const auto algorithm :
       {x509::PublicKeyAlgorithm::kRsa, x509::PublicKeyAlgorithm::kEd25519}) {
    request.key_algorithm = algorithm;
    EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kKeyUnsupported, "csr.public_key"));
  }
}

TEST(PolicyTest, AnAttributeThatGrowsTooLongIsDenied) {
  RuleOptions rule = TestRule("service", "/svc/{name}");
  rule.attributes = {{"name", "{name}"}};
  const auto policy = MakePolicy({rule});
  EXPECT_THAT(policy->Authorize(AskAs("spiffe://fleet.example/svc/" + std::string(128, 'a'))),
              IsOk());
  EXPECT_THAT(policy->Authorize(AskAs("spiffe://fleet.example/svc/" + std::string(129, 'a'))),
              kIsDenied);
}

TEST(PolicyTest, RightsAreOfTheRuleAlone) {
  RuleOptions admin = TestRule("admin", "/user/admin", {});
  admin.rights = {Right::kGetCertificates, Right::kManageTokens};
  const auto policy = MakePolicy({admin, TestRule("users", "/user/*")});
  const std::string who = "spiffe://fleet.example/user/admin";
  EXPECT_THAT(policy->CheckRight(who, Right::kGetCertificates), IsOk());
  EXPECT_THAT(policy->CheckRight(who, Right::kManageTokens), IsOk());
  EXPECT_THAT(policy->CheckRight(who, Right::kReadStatistics), kIsDenied);
  EXPECT_THAT(policy->CheckRight(who, Right::kUseReflection), kIsDenied);
  EXPECT_THAT(policy->CheckRight("spiffe://fleet.example/user/x", Right::kGetCertificates),
              kIsDenied);
  EXPECT_THAT(policy->CheckRight("spiffe://evil.example/user/admin", Right::kGetCertificates),
              kIsDenied);
  EXPECT_THAT(policy->CheckRight("user/admin", Right::kGetCertificates), kIsDenied);
}

TEST(PolicyTest, TenThousandAndOneRules) {
  std::vector<RuleOptions> rules;
  for (int i = 0; i < 10001; ++i) {
    rules.push_back(TestRule(absl::StrCat("rule-", i), absl::StrCat("/svc/s", i, "/{name}")));
    rules.back().roles = {absl::StrCat("role-", i)};
  }
  const auto policy = MakePolicy(rules);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Decision decision,
                               policy->Authorize(AskAs("spiffe://fleet.example/svc/s10000/x")));
  EXPECT_THAT(decision.roles, ElementsAre("role-10000"));
  EXPECT_THAT(policy->Authorize(AskAs("spiffe://fleet.example/svc/s10001/x")), kIsDenied);
}

// What came in goes out escaped and short.
TEST(PolicyTest, RefusalsDoNotRepeatWhatCouldMislead) {
  const auto policy = MakePolicy({TestRule("service", "/svc/{name}")});
  AuthorizeRequest request = AskAs(kWeb);
  const std::string profile = "\x1b[31m\n" + std::string(100000, 'x');
  request.profile = profile;
  const absl::Status status = policy->Authorize(request).status();
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  EXPECT_LT(status.message().size(), 500u);
  request.profile = "";
  EXPECT_THAT(policy->Authorize(request), IsInvalid(Reason::kProfileUnknown, "profile"));
}

}  // namespace
}  // namespace fleetca::service

#include "service/policy/explanation.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"
#include "service/policy/testing/policy_fixture.h"

namespace fleetca::service {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExplanationTest : public ::testing::Test {
 protected:
  static std::unique_ptr<const Policy> Make() {
    RuleOptions agent = TestRule("agent", "/node/{node}");
    agent.issue_for = {"/svc/{node}/*"};
    agent.line = 20;
    RuleOptions workload = TestRule("workload", "/svc/{node}/{name}");
    workload.line = 30;
    workload.dns_names = {"{name}.fleet.example"};
    workload.roles = {"read"};
    return MakePolicy({agent, workload});
  }

  const std::unique_ptr<const Policy> policy_ = Make();
  const x509::GeneralName good_ = {x509::NameType::kDns, "web.fleet.example"};
  const x509::GeneralName bad_ = {x509::NameType::kDns, "db.fleet.example"};
  AuthorizeRequest request_{.caller = "spiffe://fleet.example/node/n1",
                            .subject = "spiffe://fleet.example/svc/n1/web",
                            .profile = "service",
                            .names = {&good_, 1}};
};

TEST_F(ExplanationTest, SaysWhichRulesMatchedAndWhatPassed) {
  const Explanation explanation = policy_->Explain(request_);
  EXPECT_TRUE(explanation.decision.ok());
  EXPECT_EQ(explanation.caller_rule.name, "agent");
  EXPECT_EQ(explanation.caller_rule.line, 20);
  EXPECT_EQ(explanation.subject_rule.pattern, "/svc/{node}/{name}");
  for (const Explanation::Check& check : explanation.checks) {
    EXPECT_TRUE(check.passed) << check.what;
  }
  EXPECT_THAT(ExplanationToText(explanation),
              AllOf(StartsWith("ALLOWED\n"), HasSubstr("rule \"agent\", /node/{node}, line 20"),
                    HasSubstr("by issue_for \"/svc/{node}/*\""),
                    HasSubstr("ok      name DNS:web.fleet.example: granted"),
                    HasSubstr("URI:spiffe://fleet.example/svc/n1/web, DNS:web.fleet.example"),
                    HasSubstr("read"), HasSubstr("every service")));
}

TEST_F(ExplanationTest, SaysHowLongAfterItsEndItMayBeRenewed) {
  PolicyOptions options = TestPolicy({TestRule("web", "/svc/web")});
  options.profiles[0].renewal_grace = absl::Hours(36);
  const auto policy = MakePolicy(std::move(options));
  const std::string text =
      ExplanationToText(policy->Explain(AskAs("spiffe://fleet.example/svc/web")));
  EXPECT_THAT(text, HasSubstr("  renewal grace    36h after its end"));
  EXPECT_THAT(ExplanationToText(policy_->Explain(request_)), Not(HasSubstr("grace")));
}

TEST_F(ExplanationTest, SaysWhatFailed) {
  request_.names = {&bad_, 1};
  const Explanation explanation = policy_->Explain(request_);
  EXPECT_FALSE(explanation.decision.ok());
  EXPECT_FALSE(explanation.checks.back().passed);
  EXPECT_THAT(ExplanationToText(explanation),
              AllOf(StartsWith("DENIED: DNS:db.fleet.example is not granted"),
                    HasSubstr("FAILED  name DNS:db.fleet.example"),
                    Not(HasSubstr("The certificate would say"))));
}

TEST_F(ExplanationTest, SaysThatNoRuleMatches) {
  request_.caller = "spiffe://fleet.example/user/x";
  const Explanation explanation = policy_->Explain(request_);
  EXPECT_EQ(explanation.caller_rule.name, "");
  EXPECT_THAT(ExplanationToText(explanation),
              AllOf(HasSubstr("no rule matches"), HasSubstr("FAILED  may ask for the subject")));
}

TEST_F(ExplanationTest, DecidesAsAuthorizeDoes) {
  for (const absl::string_view caller :
       {"spiffe://fleet.example/node/n1", "spiffe://fleet.example/node/n2", "x"}) {
    for (const absl::string_view profile : {"service", "user", ""}) {
      request_.caller = caller;
      request_.profile = profile;
      EXPECT_EQ(policy_->Explain(request_).decision.status(),
                policy_->Authorize(request_).status());
    }
  }
}

}  // namespace
}  // namespace fleetca::service

#include "client/policy_client.h"

#include <memory>
#include <string>

#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::CaClientTest;
using ::testing::ElementsAre;
using testing::kDraining;
using testing::kForbidden;
using testing::MakeFakeError;

class PolicyClientTest : public CaClientTest {
 protected:
  std::unique_ptr<PolicyClient> MakeClient() {
    absl::StatusOr<std::unique_ptr<PolicyClient>> client = PolicyClient::Create(Options());
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
};

TEST_F(PolicyClientTest, HandsOnTheDigestAndWhatTheServerAnswers) {
  v1::ApplyPolicyResponse answer;
  answer.set_file("/etc/fleetca/policy.textproto");
  answer.set_policy_revision(4);
  answer.set_former_policy_revision(3);
  answer.add_changes("rule \"a\" added: /a");
  answer.set_change_count(5000);
  server_.policy().Answer(answer);
  const std::string sha256(32, '\xab');
  const auto applied = MakeClient()->Apply(sha256);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(applied->file, "/etc/fleetca/policy.textproto");
  EXPECT_EQ(applied->revision, 4);
  EXPECT_EQ(applied->former_revision, 3);
  EXPECT_THAT(applied->changes, ElementsAre("rule \"a\" added: /a"));
  EXPECT_EQ(applied->change_count, 5000u);
  EXPECT_THAT(server_.policy().asked_for(), ElementsAre(sha256));
}

TEST_F(PolicyClientTest, RepeatsACallThatMayPass) {
  server_.policy().FailNext({kDraining, kDraining});
  ASSERT_TRUE(MakeClient()->Apply("").ok());
  EXPECT_THAT(server_.policy().asked_for(), ElementsAre("", "", ""));
}

TEST_F(PolicyClientTest, ARefusalIsNotRepeatedAndKeepsReasonAndField) {
  testing::FakeError refusal =
      MakeFakeError(grpc::INVALID_ARGUMENT, "f:3: policy_revision is 3", "CONFIG_INVALID");
  refusal.field = "policy_revision";
  server_.policy().FailNext({refusal});
  const auto client = MakeClient();
  const absl::Status refused = client->Apply("").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  EXPECT_EQ(GetReason(refused), Reason::kConfigInvalid);
  EXPECT_EQ(GetField(refused), "policy_revision");
  EXPECT_EQ(refused.message(), "f:3: policy_revision is 3");
  EXPECT_THAT(server_.policy().asked_for(), ElementsAre(""));
  server_.policy().FailNext({kForbidden});
  EXPECT_EQ(GetReason(client->Apply("").status()), Reason::kCallerNotAllowed);
}

}  // namespace
}  // namespace fleetca::client

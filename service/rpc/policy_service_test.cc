#include "service/rpc/policy_service.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/call/testing/fake_calls.h"
#include "service/call/wire_message.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeCallerReader;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::WireReason;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PolicyServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pool = ControlPool::Start({.threads = 1});
    FLEETCA_ASSERT_OK(pool);
    pool_ = *std::move(pool);
    service_ = std::make_unique<PolicyService>(
        caller_reader_,
        [this](absl::string_view sha256) {
          asked_for_ = std::string(sha256);
          return outcome_;
        },
        "/etc/fleetca/policy.textproto", *pool_);
  }

  grpc::Status Apply(const std::string& sha256, v1::ApplyPolicyResponse* response) {
    v1::ApplyPolicyRequest message;
    message.set_file_sha256(sha256);
    FakeUnaryCall call(executor_);
    call.SetRequest(message);
    call.Bind(service_->ApplyPolicy(&call.context, &call.request, &call.response));
    const grpc::Status status = call.WaitUntilDone();
    if (status.ok()) {
      FLEETCA_EXPECT_OK(ReadMessage(call.response, response));
    }
    return status;
  }

  FakeExecutor executor_;
  FakeCallerReader caller_reader_;
  std::unique_ptr<ControlPool> pool_;
  absl::StatusOr<PolicyChange> outcome_ =
      PolicyChange{.former_revision = 3, .revision = 4, .lines = {"rule \"a\" added: /a"}};
  std::string asked_for_ = "nothing";
  std::unique_ptr<PolicyService> service_;
};

TEST_F(PolicyServiceTest, AnswersWithWhatChanged) {
  v1::ApplyPolicyResponse response;
  ASSERT_TRUE(Apply("", &response).ok());
  EXPECT_EQ(asked_for_, "");
  EXPECT_EQ(response.policy_revision(), 4);
  EXPECT_EQ(response.former_policy_revision(), 3);
  EXPECT_THAT(response.changes(), ElementsAre("rule \"a\" added: /a"));
  EXPECT_EQ(response.change_count(), 1u);
  EXPECT_EQ(response.file(), "/etc/fleetca/policy.textproto");
}

TEST_F(PolicyServiceTest, HandsOnWhichFileIsMeant) {
  v1::ApplyPolicyResponse response;
  const std::string sha256(32, '\xab');
  ASSERT_TRUE(Apply(sha256, &response).ok());
  EXPECT_EQ(asked_for_, sha256);
  const grpc::Status status = Apply("ab", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("32 octets"));
  EXPECT_EQ(asked_for_, sha256);
}

TEST_F(PolicyServiceTest, ARefusalKeepsItsReason) {
  v1::ApplyPolicyResponse response;
  outcome_ =
      InvalidArgument(Reason::kConfigInvalid, "policy_revision", "f:3: policy_revision is 3");
  const grpc::Status status = Apply("", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "CONFIG_INVALID");
  EXPECT_EQ(status.error_message(), "f:3: policy_revision is 3");
}

// It has to fit into the headers that a client takes.
TEST_F(PolicyServiceTest, ALongRefusalIsCutAtALine) {
  std::string mistakes = "f:1: a mistake";
  for (int i = 2; i <= 1000; ++i) {
    absl::StrAppend(&mistakes, "\nf:", i, ": a mistake");
  }
  outcome_ = InvalidArgument(Reason::kConfigInvalid, "identities[0]", mistakes);
  v1::ApplyPolicyResponse response;
  const grpc::Status status = Apply("", &response);
  EXPECT_EQ(WireReason(status), "CONFIG_INVALID");
  EXPECT_LT(status.error_message().size(), 1600u);
  EXPECT_THAT(status.error_message(), StartsWith("f:1: a mistake\nf:2: a mistake\n"));
  size_t lines = 1;
  for (const char c : status.error_message()) {
    lines += c == '\n' ? 1 : 0;
  }
  EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat("and ", 1000 - (lines - 1), " more")));
}

TEST_F(PolicyServiceTest, ListsSomeOfManyChanges) {
  outcome_ = PolicyChange{
      .former_revision = 1, .revision = 2, .lines = std::vector<std::string>(5000, "a change")};
  v1::ApplyPolicyResponse response;
  ASSERT_TRUE(Apply("", &response).ok());
  EXPECT_EQ(response.changes_size(), 1000);
  EXPECT_EQ(response.change_count(), 5000u);
}

TEST_F(PolicyServiceTest, AsksNothingOfNobody) {
  caller_reader_.Refuse();
  v1::ApplyPolicyResponse response;
  EXPECT_EQ(Apply("", &response).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(asked_for_, "nothing");
}

}  // namespace
}  // namespace fleetca::service

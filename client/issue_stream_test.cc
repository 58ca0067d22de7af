#include "client/issue_stream.h"

#include <memory>

#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using testing::kDraining;
using testing::kForbidden;
using testing::kNoError;

using IssueStreamTest = testing::CaClientTest;

TEST_F(IssueStreamTest, StreamAnswersWhatWasSent) {
  const auto client = MakeClient();
  const auto stream = client->OpenStream();
  ASSERT_TRUE(stream.ok());
  server_.service().FailNextItems({kNoError, kForbidden});
  for (uint64_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE((*stream)->Send(id, Request()).ok());
  }
  (*stream)->FinishSending();
  for (uint64_t id = 1; id <= 3; ++id) {
    const auto answer = (*stream)->Receive();
    ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
    EXPECT_EQ((**answer).id, id);
    if (id == 2) {
      EXPECT_EQ(GetReason((**answer).result.status()), Reason::kCallerNotAllowed);
    } else {
      ASSERT_TRUE((**answer).result.ok()) << (**answer).result.status();
      EXPECT_THAT((**answer).result->chain_der, ElementsAre(server_.ca().issuing_der()));
    }
  }
  const auto end = (*stream)->Receive();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

TEST_F(IssueStreamTest, RenewsAsWell) {
  const auto client = MakeClient();
  const auto stream = client->OpenStream();
  ASSERT_TRUE(stream.ok());
  IssueOptions renewal;
  renewal.renewal = true;
  ASSERT_TRUE((*stream)->Send(1, renewal).ok());
  (*stream)->FinishSending();
  const auto answer = (*stream)->Receive();
  ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
  EXPECT_TRUE((**answer).result.ok()) << (**answer).result.status();
}

TEST_F(IssueStreamTest, AnIdInFlightIsNotTakenTwice) {
  const auto stream = MakeClient()->OpenStream();
  ASSERT_TRUE((*stream)->Send(1, Request()).ok());
  const absl::Status status = (*stream)->Send(1, Request());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kRequestIdInvalid);
}

TEST_F(IssueStreamTest, AStreamThatBreaksSaysWhy) {
  const auto stream = MakeClient()->OpenStream();
  ASSERT_TRUE((*stream)->Send(1, Request()).ok());
  ASSERT_TRUE((*stream)->Receive().ok());
  server_.service().FailNext({kDraining});
  (*stream)->FinishSending();
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = (*stream)->Receive().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(GetReason(status), Reason::kDraining);
  }
}

}  // namespace
}  // namespace fleetca::client

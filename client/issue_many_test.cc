#include "client/issue_many.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::kDraining;
using testing::kForbidden;
using testing::kNoError;
using testing::QueueFull;

class IssueManyTest : public testing::CaClientTest {
 protected:
  std::vector<IssueOptions> Requests(size_t count) const {
    std::vector<IssueOptions> requests;
    for (size_t i = 0; i < count; ++i) {
      IssueOptions request = Request();
      request.request_id = absl::StrCat("request number ", 1'000'000 + i);
      requests.push_back(request);
    }
    return requests;
  }

  // How each ended; fails where one is said twice.
  std::map<size_t, absl::Status> Run(const std::vector<IssueOptions>& requests) {
    const auto client = MakeClient();
    std::map<size_t, absl::Status> ended;
    IssueMany(*client, requests, [&](size_t index, const absl::StatusOr<Issued>& result) {
      EXPECT_TRUE(ended.emplace(index, result.status()).second) << index;
      if (result.ok()) {
        serials_.insert(result->serial.ToHex());
      }
    });
    return ended;
  }

  std::set<std::string> serials_;
};

TEST_F(IssueManyTest, EachIsAnsweredOnce) {
  const auto ended = Run(Requests(1500));
  EXPECT_EQ(ended.size(), 1500u);
  EXPECT_EQ(serials_.size(), 1500u);
}

TEST_F(IssueManyTest, WhatIsRefusedIsSaidAndTheOthersGoOn) {
  server_.service().FailNextItems({kNoError, kForbidden});
  std::vector<IssueOptions> requests = Requests(3);
  requests.push_back(requests[0]);
  requests.back().csr_der = "no CSR";
  const auto ended = Run(requests);
  ASSERT_EQ(ended.size(), 4u);
  EXPECT_TRUE(ended.at(0).ok());
  EXPECT_EQ(GetReason(ended.at(1)), Reason::kCallerNotAllowed);
  EXPECT_TRUE(ended.at(2).ok());
  EXPECT_EQ(GetReason(ended.at(3)), Reason::kCsrMalformed);
}

TEST_F(IssueManyTest, WhatMayPassIsAskedAgainWithTheSameId) {
  server_.service().FailNextItems(
      {QueueFull(absl::ZeroDuration()), kNoError, QueueFull(absl::ZeroDuration())});
  const auto ended = Run(Requests(4));
  ASSERT_EQ(ended.size(), 4u);
  for (const auto& [index, status] : ended) {
    EXPECT_TRUE(status.ok()) << status;
  }
  std::set<std::string> ids;
  for (const auto& request : server_.service().requests()) {
    ids.insert(request.request_id());
  }
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_EQ(server_.service().requests().size(), 6u);
}

TEST_F(IssueManyTest, AStreamThatBreaksAfterItsAnswersLosesNothing) {
  server_.service().FailNext({kDraining});
  const auto ended = Run(Requests(3));
  EXPECT_EQ(ended.size(), 3u);
  EXPECT_EQ(serials_.size(), 3u);
}

TEST_F(IssueManyTest, AServerThatIsGoneIsSaidOfEach) {
  const std::vector<IssueOptions> requests = Requests(3);
  server_.Stop();
  const auto ended = Run(requests);
  ASSERT_EQ(ended.size(), 3u);
  for (const auto& [index, status] : ended) {
    EXPECT_EQ(GetReason(status), Reason::kServerUnreachable) << status;
  }
}

}  // namespace
}  // namespace fleetca::client

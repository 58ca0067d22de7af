#include "client/renewal_info.h"

#include <string>

#include "base/errors.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

v1::RenewalInfoResult Good() {
  v1::RenewalInfoResult result;
  result.mutable_info()->mutable_window_start()->set_seconds(100);
  result.mutable_info()->mutable_window_end()->set_seconds(200);
  result.mutable_info()->mutable_retry_after()->set_seconds(60);
  result.mutable_info()->set_explanation_url("https://a/why");
  result.mutable_info()->set_revoked(true);
  return result;
}

TEST(RenewalInfoTest, AWindowIsRead) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalInfo info, RenewalInfoFromProto(Good()));
  EXPECT_EQ(info.window_start, absl::FromUnixSeconds(100));
  EXPECT_EQ(info.window_end, absl::FromUnixSeconds(200));
  EXPECT_EQ(info.retry_after, absl::Minutes(1));
  EXPECT_EQ(info.explanation_url, "https://a/why");
  EXPECT_TRUE(info.revoked);
}

TEST(RenewalInfoTest, AnExplanationWithoutAnEndIsLeftOut) {
  v1::RenewalInfoResult result = Good();
  result.mutable_info()->set_explanation_url(std::string(1024, 'a'));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalInfo longest, RenewalInfoFromProto(result));
  EXPECT_EQ(longest.explanation_url.size(), 1024u);
  result.mutable_info()->set_explanation_url(std::string(1025, 'a'));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RenewalInfo longer, RenewalInfoFromProto(result));
  EXPECT_EQ(longer.explanation_url, "");
  EXPECT_EQ(longer.window_end, absl::FromUnixSeconds(200));
}

TEST(RenewalInfoTest, WhatIsNoWindowIsRefused) {
  const auto is_invalid = IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid);
  EXPECT_THAT(RenewalInfoFromProto(v1::RenewalInfoResult()), is_invalid);
  v1::RenewalInfoResult empty = Good();
  empty.mutable_info()->mutable_window_end()->set_seconds(100);
  EXPECT_THAT(RenewalInfoFromProto(empty), is_invalid);
  v1::RenewalInfoResult at_once = Good();
  at_once.mutable_info()->mutable_retry_after()->set_seconds(0);
  EXPECT_THAT(RenewalInfoFromProto(at_once), is_invalid);
}

TEST(RenewalInfoTest, AnErrorIsWhatTheCaSays) {
  v1::RenewalInfoResult result;
  result.mutable_error()->set_code(5);
  result.mutable_error()->set_message("no such certificate");
  EXPECT_EQ(RenewalInfoFromProto(result).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace fleetca::client

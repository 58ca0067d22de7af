#include "service/call/status_to_rpc.h"

#include <gtest/gtest.h>

#include <optional>

#include "absl/time/time.h"
#include "base/errors.h"
#include "google/rpc/error_details.pb.h"

namespace fleetca::service {
namespace {

template <typename Detail>
std::optional<Detail> Find(const google::rpc::Status& status) {
  for (const auto& any : status.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) {
      return detail;
    }
  }
  return std::nullopt;
}

TEST(StatusToRpcTest, CarriesCodeSentenceReasonAndField) {
  const google::rpc::Status rpc =
      ToRpcStatus(InvalidArgument(Reason::kCsrMalformed, "csr_der", "No CSR"));
  EXPECT_EQ(rpc.code(), 3);
  EXPECT_EQ(rpc.message(), "No CSR");
  const auto info = Find<google::rpc::ErrorInfo>(rpc);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->reason(), "CSR_MALFORMED");
  EXPECT_EQ(info->domain(), "fleetca");
  const auto bad = Find<google::rpc::BadRequest>(rpc);
  ASSERT_TRUE(bad.has_value());
  ASSERT_EQ(bad->field_violations_size(), 1);
  EXPECT_EQ(bad->field_violations(0).field(), "csr_der");
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(rpc).has_value());
}

TEST(StatusToRpcTest, SaysWhenToComeBackWhereThatHelps) {
  const auto retry =
      Find<google::rpc::RetryInfo>(ToRpcStatus(ResourceExhausted(Reason::kQueueFull, "Full")));
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_TRUE(
      Find<google::rpc::RetryInfo>(ToRpcStatus(Unavailable(Reason::kStoreUnavailable, "No disk")))
          .has_value());
  EXPECT_FALSE(
      Find<google::rpc::RetryInfo>(ToRpcStatus(PermissionDenied(Reason::kCallerNotAllowed, "No")))
          .has_value());
}

TEST(StatusToRpcTest, AWholeCallCarriesTheSameInItsDetails) {
  const grpc::Status status =
      ToGrpcStatus(PermissionDenied(Reason::kCallerNotAllowed, "Not for you"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(), "Not for you");
  google::rpc::Status rpc;
  ASSERT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(rpc)->reason(), "CALLER_NOT_ALLOWED");
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(ToGrpcStatus(absl::OkStatus()).error_details(), "");
}

TEST(StatusToRpcTest, AnAccessCheckSaysTheReasonInItsSentence) {
  const grpc::Status status =
      ToAccessStatus(Unavailable(Reason::kClockRefused, "The clock is wrong; set it"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "The clock is wrong; set it (fleetca: CLOCK_REFUSED)");
  EXPECT_EQ(status.error_details(), "");
  EXPECT_EQ(ToAccessStatus(absl::InternalError("odd")).error_message(), "odd");
  EXPECT_TRUE(ToAccessStatus(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace fleetca::service

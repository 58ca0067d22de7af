#include "client/status_from_grpc.h"

#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

google::rpc::Status WithReason(const std::string& domain, const std::string& reason) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(absl::StatusCode::kInvalidArgument));
  status.set_message("the CSR is not DER");
  google::rpc::ErrorInfo info;
  info.set_domain(domain);
  info.set_reason(reason);
  status.add_details()->PackFrom(info);
  return status;
}

TEST(StatusFromGrpcTest, KeepsCodeSentenceReasonAndField) {
  google::rpc::Status rpc = WithReason("fleetca", "CSR_MALFORMED");
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("csr.subject_alt_name");
  rpc.add_details()->PackFrom(bad_request);
  const absl::Status status =
      StatusFromGrpc(grpc::Status(grpc::INVALID_ARGUMENT, rpc.message(), rpc.SerializeAsString()));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "the CSR is not DER");
  EXPECT_EQ(GetReason(status), Reason::kCsrMalformed);
  EXPECT_EQ(GetField(status), "csr.subject_alt_name");
  EXPECT_EQ(GetRetryDelay(status), std::nullopt);
}

TEST(StatusFromGrpcTest, KnowsEveryReason) {
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const absl::Status status =
        StatusFromRpc(WithReason("fleetca", std::string(ReasonName(reason))));
    EXPECT_EQ(GetReason(status), reason) << ReasonName(reason);
  }
}

TEST(StatusFromGrpcTest, AReasonOfALaterReleaseStandsInTheSentence) {
  const absl::Status status = StatusFromRpc(WithReason("fleetca", "MOON_PHASE"));
  EXPECT_EQ(GetReason(status), std::nullopt);
  EXPECT_EQ(status.message(), "the CSR is not DER (MOON_PHASE)");
}

TEST(StatusFromGrpcTest, ANotherDomainsReasonIsNotOurs) {
  const absl::Status status = StatusFromRpc(WithReason("example.com", "CSR_MALFORMED"));
  EXPECT_EQ(GetReason(status), std::nullopt);
  EXPECT_EQ(status.message(), "the CSR is not DER");
}

TEST(StatusFromGrpcTest, DetailsThatAreGarbageAreIgnored) {
  const absl::Status status =
      StatusFromGrpc(grpc::Status(grpc::UNAVAILABLE, "gone", "\xff\xff garbage"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetReason(status), std::nullopt);
}

// Of what a server refuses before its handlers run, gRPC sends code and sentence alone.
TEST(StatusFromGrpcTest, WithoutDetailsTheReasonIsTakenFromTheEndOfTheSentence) {
  const absl::Status status = StatusFromGrpc(
      grpc::Status(grpc::UNAVAILABLE, "The clock (of 2029) is wrong (fleetca: CLOCK_REFUSED)"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetReason(status), Reason::kClockRefused);
  EXPECT_EQ(status.message(), "The clock (of 2029) is wrong");
  const absl::Status later =
      StatusFromGrpc(grpc::Status(grpc::UNAVAILABLE, "No (fleetca: MOON_PHASE)"));
  EXPECT_EQ(GetReason(later), std::nullopt);
  EXPECT_EQ(later.message(), "No (MOON_PHASE)");
}

TEST(StatusFromGrpcTest, WhatTheTransportSaysHasNoReason) {
  for (const char* text : {"Socket closed", "no (INTERNAL)", "no (fleetca: CLOCK_REFUSED) more",
                           "no (fleetca: CLOCK_REFUSED", "fleetca: CLOCK_REFUSED)", ""}) {
    const absl::Status status = StatusFromGrpc(grpc::Status(grpc::UNAVAILABLE, text));
    EXPECT_EQ(GetReason(status), std::nullopt) << text;
    EXPECT_EQ(status.message(), text);
  }
}

TEST(StatusFromGrpcTest, WhereThereAreDetailsTheSentenceIsLeftAsItIs) {
  google::rpc::Status rpc = WithReason("fleetca", "CSR_MALFORMED");
  rpc.set_message("odd (fleetca: CLOCK_REFUSED)");
  const absl::Status status =
      StatusFromGrpc(grpc::Status(grpc::INVALID_ARGUMENT, rpc.message(), rpc.SerializeAsString()));
  EXPECT_EQ(GetReason(status), Reason::kCsrMalformed);
  EXPECT_EQ(status.message(), rpc.message());
}

TEST(StatusFromGrpcTest, OkStaysOk) {
  EXPECT_TRUE(StatusFromGrpc(grpc::Status::OK).ok());
  EXPECT_TRUE(StatusFromRpc(google::rpc::Status()).ok());
}

TEST(StatusFromGrpcTest, ACodeOutOfRangeIsUnknownAndNeverOk) {
  google::rpc::Status rpc;
  for (const int code : {-1, 17, 1000}) {
    rpc.set_code(code);
    EXPECT_EQ(StatusFromRpc(rpc).code(), absl::StatusCode::kUnknown) << code;
  }
}

absl::Status WithRetryDelay(int64_t seconds, int nanos) {
  google::rpc::Status rpc = WithReason("fleetca", "QUEUE_FULL");
  google::rpc::RetryInfo retry_info;
  retry_info.mutable_retry_delay()->set_seconds(seconds);
  retry_info.mutable_retry_delay()->set_nanos(nanos);
  rpc.add_details()->PackFrom(retry_info);
  return StatusFromRpc(rpc);
}

TEST(StatusFromGrpcTest, ReadsTheRetryDelay) {
  EXPECT_EQ(GetRetryDelay(WithRetryDelay(2, 500'000'000)), absl::Milliseconds(2500));
}

TEST(StatusFromGrpcTest, AnAbsurdRetryDelayIsBounded) {
  EXPECT_EQ(GetRetryDelay(WithRetryDelay(-5, 0)), absl::ZeroDuration());
  EXPECT_EQ(GetRetryDelay(WithRetryDelay(INT64_MAX, 0)), absl::Hours(1));
}

TEST(StatusFromGrpcTest, AnnotationKeepsTheRetryDelay) {
  const absl::Status status = Annotate(WithRetryDelay(3, 0), "after 2 attempts");
  EXPECT_EQ(GetRetryDelay(status), absl::Seconds(3));
  EXPECT_THAT(std::string(status.message()), HasSubstr("after 2 attempts: "));
}

}  // namespace
}  // namespace fleetca::client

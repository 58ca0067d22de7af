#include "service/call/answer_at_once.h"

#include <grpcpp/test/default_reactor_test_peer.h>

#include <string>

#include "absl/status/status.h"
#include "base/errors.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "gtest/gtest.h"
#include "service/rpc/testing/rpc_fixture.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::WireReason;

using Request = v1::GetCertificateRequest;
using Response = v1::GetCertificateResponse;

class AnswerAtOnceTest : public ::testing::Test {
 protected:
  template <typename Handle>
  grpc::Status Call(const grpc::ByteBuffer& request, Handle handle) {
    EXPECT_EQ((AnswerAtOnce<Request, Response>(&context_, request, &response_, handle)),
              peer_.reactor());
    EXPECT_TRUE(peer_.test_status_set()) << "not answered when the method returned";
    return peer_.test_status();
  }
  static grpc::ByteBuffer Octets(const std::string& octets) {
    const grpc::Slice slice(octets);
    return grpc::ByteBuffer(&slice, 1);
  }

  grpc::CallbackServerContext context_;
  grpc::testing::DefaultReactorTestPeer peer_{&context_};
  grpc::ByteBuffer response_;
};

TEST_F(AnswerAtOnceTest, AnswersWhatTheHandlerFillsIn) {
  Request request;
  request.set_serial_number("serial");
  const grpc::Status status =
      Call(Octets(request.SerializeAsString()), [](const Request& message, Response* answer) {
        answer->set_identity("of " + message.serial_number());
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status.error_message();
  Response response;
  ASSERT_TRUE(ReadMessage(response_, &response).ok());
  EXPECT_EQ(response.identity(), "of serial");
}

TEST_F(AnswerAtOnceTest, ARefusalHasItsReasonAndNoMessage) {
  const grpc::Status status = Call(Octets(""), [](const Request&, Response* answer) {
    answer->set_identity("half an answer");
    return PermissionDenied(Reason::kCallerNotAllowed, "Not for you");
  });
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(status.error_message(), "Not for you");
  EXPECT_EQ(WireReason(status), "CALLER_NOT_ALLOWED");
  EXPECT_EQ(response_.Length(), 0u);
}

TEST_F(AnswerAtOnceTest, WhatIsNoMessageNeverComesToTheHandler) {
  const grpc::Status status = Call(Octets("\x0a\xff"), [](const Request&, Response*) {
    ADD_FAILURE() << "handled";
    return absl::OkStatus();
  });
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(status), "REQUEST_MALFORMED");
}

}  // namespace
}  // namespace fleetca::service

// What a caller may send, to the function and to the sockets of an agent.
#include "client/agent/sockets/request_octets.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/errors.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "client/agent/sockets/testing/wire.h"
#include "client/agent/sockets/workload_sockets.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spiffe/workload/workload.pb.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

absl::Status Read(const std::string& octets) {
  const grpc::Slice slice(octets);
  X509SVIDRequest request;
  return ReadRequest(grpc::ByteBuffer(&slice, 1), &request);
}

TEST(RequestOctetsTest, AFieldThatIsNotKnownIsPassedOverAndDamageIsNot) {
  FLEETCA_EXPECT_OK(Read(""));
  FLEETCA_EXPECT_OK(Read(testing::WireField(15, "of a later release")));
  for (const char* const octets : {"\xff\xff\xff", "\x0a\x05\x61", "\x0f"}) {
    const absl::Status status = Read(octets);
    EXPECT_EQ(GetReason(status), Reason::kRequestMalformed);
    EXPECT_THAT(std::string(status.message()), HasSubstr("cannot be read as X509SVIDRequest"));
  }
  // No message at all.
  X509SVIDRequest request;
  EXPECT_FALSE(ReadRequest(grpc::ByteBuffer(), &request).ok());
}

TEST(RequestOctetsTest, AMessageMayComeInPieces) {
  const std::string octets = testing::WireField(15, "later");
  const grpc::Slice pieces[] = {grpc::Slice(octets.substr(0, 3)), grpc::Slice(octets.substr(3))};
  X509SVIDRequest request;
  FLEETCA_EXPECT_OK(ReadRequest(grpc::ByteBuffer(pieces, 2), &request));
}

class SocketRequestsTest : public ::testing::Test {
 protected:
  SocketRequestsTest() {
    held_.Publish(maker_.Make("web"));
    IdentityOptions options;
    options.name = "web";
    options.sockets.push_back({.path = path_});
    auto sockets = WorkloadSockets::Create({options}, held_);
    FLEETCA_EXPECT_OK(sockets);
    sockets_ = *std::move(sockets);
    FLEETCA_EXPECT_OK(sockets_->Start());
  }

  // How a call ends whose request is these octets, where it ends before an answer.
  grpc::Status CallWith(const std::string& method, const std::string& octets,
                        bool with_header = true) const {
    grpc::GenericStub stub(
        grpc::CreateChannel("unix:" + path_, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (with_header) {
      context.AddMetadata("workload.spiffe.io", "true");
    }
    grpc::CompletionQueue queue;
    const grpc::Slice slice(octets);
    const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
    call->StartCall();
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->Finish(&answer, &status, &queue);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok) && ok);
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
    return status;
  }

  const testing::IdentityMaker maker_;
  // Short, as the path of a socket must be.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  const std::string path_ = folder_.path() + "/s";
  HeldIdentities held_;
  std::unique_ptr<WorkloadSockets> sockets_;
};

// Of every method: those that are not offered, too.
TEST_F(SocketRequestsTest, WhatIsNoRequestGetsNoAnswer) {
  const std::string large = testing::WireField(15, std::string(70'000, 'a'));
  for (const char* const method :
       {"/SpiffeWorkloadAPI/FetchX509SVID", "/SpiffeWorkloadAPI/FetchX509Bundles",
        "/SpiffeWorkloadAPI/FetchJWTSVID", "/SpiffeWorkloadAPI/FetchJWTBundles",
        "/SpiffeWorkloadAPI/ValidateJWTSVID", "/SpiffeWorkloadAPI/FetchWITSVID",
        "/SpiffeWorkloadAPI/FetchWITBundles",
        "/envoy.service.secret.v3.SecretDiscoveryService/FetchSecrets",
        "/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets"}) {
    const grpc::Status status = CallWith(method, "\xff\xff\xff");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << method;
    EXPECT_THAT(status.error_message(), HasSubstr("cannot be read as ")) << method;
    EXPECT_EQ(CallWith(method, large).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << method;
  }
  // The header is looked at first.
  EXPECT_THAT(CallWith("/SpiffeWorkloadAPI/FetchX509SVID", "\xff\xff\xff", false).error_message(),
              HasSubstr("workload.spiffe.io"));
}

}  // namespace
}  // namespace fleetca::client

#include "client/agent/sockets/identity_server.h"

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "client/agent/held_identities.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::envoy::service::discovery::v3::DiscoveryRequest;
using ::envoy::service::discovery::v3::DiscoveryResponse;
using ::envoy::service::secret::v3::SecretDiscoveryService;
using ::fleetca::client::testing::IdentityMaker;

// What a client has sent before it reads anything: the preface, a window for the messages of its
// streams of no octet, and a call of FetchX509SVID.
constexpr unsigned char kReadsNothing[] =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"
    "\x00\x00\x77\x01\x04\x00\x00\x00\x01"
    "\x83\x86"
    "\x04\x20/SpiffeWorkloadAPI/FetchX509SVID"
    "\x00\x0a:authority\x01x"
    "\x00\x02te\x08trailers"
    "\x00\x0c"
    "content-type\x10"
    "application/grpc"
    "\x00\x12workload.spiffe.io\x04true"
    "\x00\x00\x05\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00";

class IdentityServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    held_.Publish(maker_.Make("web"));
    feed_ = IdentityFeed::Make("web", &held_, timer_.get(), absl::ZeroDuration());
  }
  std::unique_ptr<IdentityServer> Start() const {
    absl::StatusOr<std::unique_ptr<IdentityServer>> server =
        IdentityServer::Start({.identity = "web", .feed = feed_});
    FLEETCA_EXPECT_OK(server);
    return *std::move(server);
  }
  // The other end of a connection that the server has.
  static Descriptor ConnectTo(IdentityServer& server) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    server.Take(Descriptor(ends[0]));
    return Descriptor(ends[1]);
  }

  const IdentityMaker maker_;
  HeldIdentities held_;
  const std::unique_ptr<PushTimer> timer_ = *PushTimer::Start();
  std::shared_ptr<IdentityFeed> feed_;
};

// As between the end of the feeds and that of the servers, which others may hold up for a moment.
TEST_F(IdentityServerTest, StreamsThatBeginOnceTheFeedIsClosedHearWhy) {
  const std::unique_ptr<IdentityServer> server = Start();
  const auto stub = SecretDiscoveryService::NewStub(
      grpc::CreateInsecureChannelFromFd("web", ConnectTo(*server).Release()));
  feed_->Close(Unavailable(Reason::kDraining, "The agent is stopping"));
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const auto stream = stub->StreamSecrets(&context);
    stream->Write(DiscoveryRequest());
    DiscoveryResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status end = stream->Finish();
    EXPECT_EQ(end.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(end.error_message(), "The agent is stopping");
  }
}

TEST_F(IdentityServerTest, ClientsThatReadNothingHoldTheEndUpOnceForAll) {
  std::vector<std::unique_ptr<IdentityServer>> servers;
  std::vector<Descriptor> clients;
  for (int i = 0; i < 10; ++i) {
    servers.push_back(Start());
    clients.push_back(ConnectTo(*servers.back()));
    ASSERT_EQ(send(clients.back().get(), kReadsNothing, sizeof(kReadsNothing) - 1, 0),
              static_cast<ssize_t>(sizeof(kReadsNothing) - 1));
  }
  absl::SleepFor(absl::Seconds(1));
  feed_->Close(Unavailable(Reason::kDraining, "The agent is stopping"));
  const absl::Time begun = absl::Now();
  for (const std::unique_ptr<IdentityServer>& server : servers) {
    server->Stop(begun + absl::Milliseconds(500));
  }
  const absl::Duration took = absl::Now() - begun;
  EXPECT_GE(took, absl::Milliseconds(400));  // or nobody was held up
  EXPECT_LT(took, absl::Seconds(4));
}

}  // namespace
}  // namespace fleetca::client

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "client/agent/sockets/testing/sockets_fixture.h"
#include "client/agent/sockets/workload_sockets.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spiffe/workload/workload.grpc.pb.h"

namespace fleetca::client {
namespace {

using ::envoy::service::discovery::v3::DiscoveryRequest;
using ::fleetca::client::testing::SocketsFixture;
using ::fleetca::client::testing::X509Reader;

// Clients of the sockets that mean no good.
class HostileClientsTest : public SocketsFixture {
 protected:
  Descriptor Connect() const {
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, Path().c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  // Sends a header block of HTTP/2 that does not end until the server ends the connection.
  void Flood(const std::atomic<bool>& stop) const {
    const Descriptor fd = Connect();
    const auto frame = [](char type, char stream, const std::string& payload) {
      return absl::StrCat(
          absl::string_view("\0", 1), std::string(1, static_cast<char>(payload.size() >> 8)),
          std::string(1, static_cast<char>(payload.size() & 0xff)), std::string(1, type),
          absl::string_view("\0\0\0\0", 4), std::string(1, stream), payload);
    };
    // Headers "a: b" that are not kept.
    std::string headers;
    for (int i = 0; i < 3000; ++i) {
      headers.append("\0\1a\1b", 5);
    }
    std::string octets =
        absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frame(4, 0, ""), frame(1, 1, "\x83"));
    while (!stop && send(fd.get(), octets.data(), octets.size(), MSG_NOSIGNAL) > 0) {
      octets = frame(9, 1, headers);
    }
  }

  // What the socket hands out, asked until it does or ten seconds have passed: gRPC sees with a
  // delay that a connection has ended.
  std::string FetchedAtLast() const {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    std::string fetched = Fetched();
    while (fetched.rfind("code", 0) == 0 && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(100));
      fetched = Fetched();
    }
    return fetched;
  }
};

// What watches connections keeps none of them open.
TEST_F(HostileClientsTest, WhoDoesNotSpeakHttp2IsCutOff) {
  StartWeb();
  const Descriptor fd = Connect();
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  const std::string words = "GET / HTTP/1.1\r\nHost: agent\r\n\r\n";
  ASSERT_EQ(send(fd.get(), words.data(), words.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(words.size()));
  char octets[4096];
  ssize_t got = 1;
  while (got > 0) {
    got = recv(fd.get(), octets, sizeof(octets), 0);
  }
  EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
}

// gRPC reads on the thread that gives it a connection, for as long as the connection has more, and
// a header block without an end takes memory besides: neither is another socket's loss.
TEST_F(HostileClientsTest, AClientThatNeverPausesKeepsNobodyElseOut) {
  held_.Publish(maker_.Make("web"));
  held_.Publish(maker_.Make("db"));
  Start({Identity("web", {{.path = Path()}}), Identity("db", {{.path = Path("d")}})});
  std::atomic<bool> stop{false};
  std::vector<std::thread> floods;
  for (int i = 0; i < 3; ++i) {
    floods.emplace_back([this, &stop] { Flood(stop); });
  }
  absl::SleepFor(absl::Milliseconds(200));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Fetched("d"), "spiffe://fleet.example/db");
  }
  stop = true;
  for (std::thread& flood : floods) {
    flood.join();
  }
  EXPECT_EQ(FetchedAtLast(), "spiffe://fleet.example/web");
}

// Streams that end at every moment, while what they say changes.
TEST_F(HostileClientsTest, StreamsThatAreCutOffWhileTheIdentityChanges) {
  const std::shared_ptr<HeldIdentity> versions[] = {maker_.Make("web"), maker_.Make("web")};
  held_.Publish(versions[0]);
  StartWeb();
  const auto stub = Workload();
  const auto sds = Sds();
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    SetUp(&context);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    grpc::ClientContext envoy;
    SetUp(&envoy);
    const auto stream = sds->StreamSecrets(&envoy);
    stream->Write(DiscoveryRequest());
    X509SVIDResponse response;
    EXPECT_TRUE(reader->Read(&response));
    held_.Publish(std::make_shared<HeldIdentity>(*versions[i % 2]));
    context.TryCancel();
    envoy.TryCancel();
    held_.Publish(std::make_shared<HeldIdentity>(*versions[(i + 1) % 2]));
    reader->Finish();
    stream->Finish();
  }
  EXPECT_EQ(Fetched(), "spiffe://fleet.example/web");
}

}  // namespace
}  // namespace fleetca::client

#include "service/net/peer_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace fleetca::service {
namespace {

sockaddr_storage V4(const char* ip, uint16_t port) {
  sockaddr_storage storage = {};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(port);
  inet_pton(AF_INET, ip, &v4->sin_addr);
  return storage;
}

sockaddr_storage V6(const char* ip, uint16_t port) {
  sockaddr_storage storage = {};
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  inet_pton(AF_INET6, ip, &v6->sin6_addr);
  return storage;
}

struct Pair {
  sockaddr_storage socket;
  const char* grpc;
  const char* text;
  bool loopback;
};

TEST(PeerAddressTest, BothFormsAreTheSameAddress) {
  const Pair pairs[] = {
      {V4("127.0.0.1", 50000), "ipv4:127.0.0.1:50000", "127.0.0.1:50000", true},
      {V4("192.0.2.7", 1), "ipv4:192.0.2.7:1", "192.0.2.7:1", false},
      // A listener on [::] has IPv4 callers in IPv6 sockets; gRPC calls them IPv4.
      {V6("::ffff:192.0.2.7", 65535), "ipv4:192.0.2.7:65535", "192.0.2.7:65535", false},
      {V6("::1", 50000), "ipv6:%5B::1%5D:50000", "[::1]:50000", true},
      {V6("2001:db8::17", 443), "ipv6:[2001:db8::17]:443", "[2001:db8::17]:443", false},
      {V6("fe80::1", 443), "ipv6:%5Bfe80::1%25eth0%5D:443", "[fe80::1]:443", false},
  };
  for (const Pair& pair : pairs) {
    const std::optional<PeerAddress> socket = PeerAddress::FromSocket(pair.socket);
    const std::optional<PeerAddress> grpc = PeerAddress::FromGrpc(pair.grpc);
    ASSERT_TRUE(socket.has_value() && grpc.has_value()) << pair.grpc;
    EXPECT_EQ(*socket, *grpc) << pair.grpc;
    EXPECT_EQ(socket->ToString(), pair.text);
    EXPECT_EQ(socket->IsLoopback(), pair.loopback) << pair.grpc;
  }
}

TEST(PeerAddressTest, AnythingElseHasNoAddress) {
  for (const char* text : {"", "unix:/run/x", "ipv4:", "ipv4:127.0.0.1", "ipv4:127.0.0.1:65536",
                           "ipv4:127.0.0.1:-1", "ipv4:1.2.3:4", "ipv6:::1:5", "ipv6:%5Bx%5D:5"}) {
    EXPECT_FALSE(PeerAddress::FromGrpc(text).has_value()) << text;
  }
  sockaddr_storage local = {};
  local.ss_family = AF_UNIX;
  EXPECT_FALSE(PeerAddress::FromSocket(local).has_value());
}

}  // namespace
}  // namespace fleetca::service

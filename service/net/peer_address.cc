#include "service/net/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace fleetca::service {
namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

PeerAddress::Ip Mapped(const void* ipv4) {
  PeerAddress::Ip ip;
  std::memcpy(ip.data(), kMappedPrefix, sizeof(kMappedPrefix));
  std::memcpy(ip.data() + sizeof(kMappedPrefix), ipv4, 4);
  return ip;
}

bool IsMapped(const PeerAddress::Ip& ip) {
  return std::memcmp(ip.data(), kMappedPrefix, sizeof(kMappedPrefix)) == 0;
}

}  // namespace

std::optional<PeerAddress> PeerAddress::FromSocket(const sockaddr_storage& address) {
  PeerAddress peer;
  if (address.ss_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&address);
    peer.ip = Mapped(&v4->sin_addr);
    peer.port = ntohs(v4->sin_port);
    return peer;
  }
  if (address.ss_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    std::memcpy(peer.ip.data(), &v6->sin6_addr, peer.ip.size());
    peer.port = ntohs(v6->sin6_port);
    return peer;
  }
  return std::nullopt;
}

std::optional<PeerAddress> PeerAddress::FromGrpc(absl::string_view peer) {
  const bool is_v4 = absl::ConsumePrefix(&peer, "ipv4:");
  if (!is_v4 && !absl::ConsumePrefix(&peer, "ipv6:")) {
    return std::nullopt;
  }
  const size_t colon = peer.rfind(':');
  PeerAddress address;
  uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(peer.substr(colon + 1), &port) ||
      port > UINT16_MAX) {
    return std::nullopt;
  }
  address.port = static_cast<uint16_t>(port);
  if (is_v4) {
    in_addr v4;
    if (inet_pton(AF_INET, std::string(peer.substr(0, colon)).c_str(), &v4) != 1) {
      return std::nullopt;
    }
    address.ip = Mapped(&v4);
    return address;
  }
  // gRPC writes the brackets, and a zone's "%", percent-encoded.
  std::string host =
      absl::StrReplaceAll(peer.substr(0, colon), {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
  absl::string_view text = host;
  if (!absl::ConsumePrefix(&text, "[") || !absl::ConsumeSuffix(&text, "]")) {
    return std::nullopt;
  }
  text = text.substr(0, text.find('%'));
  if (inet_pton(AF_INET6, std::string(text).c_str(), address.ip.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

bool PeerAddress::IsLoopback() const {
  in6_addr v6;
  std::memcpy(&v6, ip.data(), ip.size());
  return IsMapped(ip) ? ip[12] == 127 : IN6_IS_ADDR_LOOPBACK(&v6);
}

std::string PeerAddress::IpToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (IsMapped(ip)) {
    inet_ntop(AF_INET, ip.data() + sizeof(kMappedPrefix), text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, ip.data(), text, sizeof(text));
  }
  return text;
}

std::string PeerAddress::ToString() const {
  return IsMapped(ip) ? absl::StrCat(IpToString(), ":", port)
                      : absl::StrCat("[", IpToString(), "]:", port);
}

}  // namespace fleetca::service

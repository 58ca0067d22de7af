#include "client/probe/server_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kHttps = "https://";
constexpr absl::string_view kHttpsPort = "443";
// RFC 1035 section 2.3.4, and an IPv6 address is shorter.
constexpr size_t kMaxHostSize = 253;
constexpr uint32_t kMaxPort = 65535;

bool IsHost(absl::string_view host) {
  if (host.empty() || host.size() > kMaxHostSize) {
    return false;
  }
  for (const char c : host) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' && c != '_') {
      return false;
    }
  }
  return true;
}

bool IsPort(absl::string_view port) {
  uint32_t number;
  return !port.empty() && absl::ascii_isdigit(static_cast<unsigned char>(port.front())) &&
         absl::SimpleAtoi(port, &number) && number > 0 && number <= kMaxPort;
}

bool IsIpv6(absl::string_view host) {
  in6_addr address;
  return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

// Takes the host off `text`, which is left with what follows.
std::optional<std::string> TakeHost(absl::string_view* text) {
  if (absl::ConsumePrefix(text, "[")) {
    const size_t end = text->find(']');
    if (end == text->npos || !IsIpv6(text->substr(0, end))) {
      return std::nullopt;
    }
    std::string host(text->substr(0, end));
    text->remove_prefix(end + 1);
    return host;
  }
  const absl::string_view host = text->substr(0, text->find(':'));
  if (!IsHost(host)) {
    return std::nullopt;
  }
  text->remove_prefix(host.size());
  return std::string(host);
}

}  // namespace

std::string ServerAddress::Text() const {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

std::optional<ServerAddress> ParseServerAddress(absl::string_view text) {
  absl::string_view rest = text;
  const bool is_url = absl::StartsWithIgnoreCase(rest, kHttps);
  if (is_url) {
    rest.remove_prefix(kHttps.size());
    rest = rest.substr(0, rest.find_first_of("/?#"));
  }
  std::optional<std::string> host = TakeHost(&rest);
  if (!host.has_value()) {
    return std::nullopt;
  }
  if (is_url && rest.empty()) {
    return ServerAddress{std::move(*host), std::string(kHttpsPort)};
  }
  if (!absl::ConsumePrefix(&rest, ":") || !IsPort(rest)) {
    return std::nullopt;
  }
  return ServerAddress{std::move(*host), std::string(rest)};
}

bool IsIpAddress(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || IsIpv6(host);
}

}  // namespace fleetca::client

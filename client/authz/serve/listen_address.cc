#include "client/authz/serve/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

constexpr int kMaxPort = 65535;

absl::Status Invalid(absl::string_view flag, absl::string_view text, absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, flag,
                         absl::StrCat("\"", text, "\" in ", flag, " ", problem));
}

// Whether only this machine reaches the address; nullopt for what is not an address.
[[nodiscard]] std::optional<bool> IsLoopback(const std::string& host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return ntohl(v4.s_addr) >> 24 == 127;
  }
  in6_addr v6;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  }
  return std::nullopt;
}

absl::StatusOr<ListenAddress> ParseSocket(absl::string_view path, absl::string_view text,
                                          absl::string_view flag) {
  if (!absl::StartsWith(path, "/") || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Invalid(flag, text,
                   absl::StrCat("is not a socket; write unix: and a path from the root of at most ",
                                sizeof(sockaddr_un::sun_path) - 1, " octets"));
  }
  ListenAddress address;
  address.socket = std::string(path);
  return address;
}

}  // namespace

std::string ListenAddress::ToString() const {
  if (IsSocket()) {
    return absl::StrCat("unix:", socket);
  }
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text, bool allow_remote,
                                                 absl::string_view flag) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    return ParseSocket(rest, text, flag);
  }
  const size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > kMaxPort) {
    return Invalid(flag, text, "has no port; write 127.0.0.1:9100 or unix:/run/authz.sock");
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") != absl::ConsumeSuffix(&host, "]")) {
    return Invalid(flag, text, "has half a bracket; write [::1]:9100");
  }
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  const std::optional<bool> is_loopback = IsLoopback(address.host);
  if (!is_loopback.has_value()) {
    return Invalid(flag, text, "is not a numeric address; write 127.0.0.1:9100");
  }
  if (!*is_loopback && !allow_remote) {
    return Invalid(flag, text,
                   "can be reached from other machines, and anybody who reaches it speaks for the "
                   "proxy; listen at 127.0.0.1 or a unix socket, or say --allow-remote");
  }
  return address;
}

}  // namespace fleetca::client

#include "client/cli/terminal/address_flag.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kUsualPort = "8443";
constexpr int kMaxPort = 65535;

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text), "\"");
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= kMaxPort;
}

// An IPv6 address by its look: two colons at least, and nothing but what such an address has.
bool LooksLikeIpv6(absl::string_view text) {
  text = text.substr(0, text.find('%'));  // the zone of a link-local one
  return std::count(text.begin(), text.end(), ':') >= 2 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isxdigit(c) || c == ':' || c == '.';
         });
}

// The host and port in what may be a URL.
absl::string_view Authority(absl::string_view text) {
  if (const size_t scheme = text.find("://"); scheme != absl::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  return text.substr(0, text.find('/'));
}

// The port alone, without the host.
std::string PortMistake(absl::string_view address, absl::string_view host, absl::string_view port) {
  if (port.empty()) {
    return absl::StrCat(Quoted(address), " has no port after its last colon; write it as in ", host,
                        ":", kUsualPort);
  }
  if (std::all_of(port.begin(), port.end(), absl::ascii_isdigit)) {
    return absl::StrCat("the port of ", Quoted(address), " is out of range: it is between 1 and ",
                        kMaxPort);
  }
  return absl::StrCat(Quoted(port), " in ", Quoted(address),
                      " is not a port: it is a number, as in ", host, ":", kUsualPort);
}

std::optional<std::string> UrlMistake(absl::string_view address) {
  if (!absl::StrContains(address, "/")) {
    return std::nullopt;
  }
  const absl::string_view authority = Authority(address);
  const bool usable = !authority.empty() && CheckAddressFlag(std::string(authority)).empty();
  return absl::StrCat(Quoted(address),
                      " is a URL or a path, and the address is HOST:PORT alone; write ",
                      usable ? std::string(authority)
                             : absl::StrCat("it as in ",
                                            authority.empty() || LooksLikeIpv6(authority)
                                                ? absl::string_view("ca.fleet.example")
                                                : authority.substr(0, authority.find(':')),
                                            ":", kUsualPort));
}

std::string BracketMistake(absl::string_view address) {
  const size_t close = address.find(']');
  const absl::string_view rest =
      close == absl::string_view::npos ? absl::string_view() : address.substr(close + 1);
  if (close == absl::string_view::npos || !LooksLikeIpv6(address.substr(1, close - 1)) ||
      (!rest.empty() && rest.front() != ':')) {
    return absl::StrCat(Quoted(address),
                        " is not an IPv6 address in brackets with a port, such as ",
                        "[::1]:", kUsualPort);
  }
  const absl::string_view host = address.substr(0, close + 1);
  if (rest.empty()) {
    return absl::StrCat(Quoted(address), " has no port; write it as in ", host, ":", kUsualPort);
  }
  return IsPort(rest.substr(1)) ? "" : PortMistake(address, host, rest.substr(1));
}

// Who writes ::1:8443 means a port or does not: both readings are shown.
std::string Ipv6Mistake(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view port = address.substr(colon + 1);
  const std::string whole = absl::StrCat("[", address, "]:", kUsualPort);
  return absl::StrCat(Quoted(address), " is an IPv6 address without brackets; write it as in ",
                      IsPort(port) && colon > 1 && address[colon - 1] != ':'
                          ? absl::StrCat("[", address.substr(0, colon), "]:", port, " or ", whole)
                          : whole);
}

}  // namespace

std::string CheckAddressFlag(const std::string& address) {
  if (address.empty()) {
    return absl::StrCat("the address is empty; write HOST:PORT, such as ca.fleet.example:",
                        kUsualPort);
  }
  if (std::any_of(address.begin(), address.end(), [](unsigned char c) {
        return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
      })) {
    return absl::StrCat(Quoted(address),
                        " has blanks or line breaks in it; write HOST:PORT without, ",
                        "such as ca.fleet.example:", kUsualPort);
  }
  if (const std::optional<std::string> mistake = UrlMistake(address); mistake.has_value()) {
    return *mistake;
  }
  if (absl::StrContains(address, "@")) {
    return absl::StrCat(Quoted(address),
                        " names a user, and the address is HOST:PORT alone; who you "
                        "are is in the client certificate");
  }
  if (address.front() == '[') {
    return BracketMistake(address);
  }
  if (LooksLikeIpv6(address)) {
    return Ipv6Mistake(address);
  }
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    // Who gives the port alone has left out the host.
    return IsPort(address)
               ? absl::StrCat(Quoted(address), " has no host; write it as in 127.0.0.1:", address)
               : absl::StrCat(Quoted(address), " has no port; write it as in ", address, ":",
                              kUsualPort);
  }
  const absl::string_view host = absl::string_view(address).substr(0, colon);
  const absl::string_view port = absl::string_view(address).substr(colon + 1);
  if (host.empty()) {
    return absl::StrCat(Quoted(address), " has no host; write it as in 127.0.0.1", address);
  }
  if (absl::StrContains(host, ":")) {
    return absl::StrCat(Quoted(address), " has more than one colon; write HOST:PORT, such as ",
                        "ca.fleet.example:", kUsualPort);
  }
  return IsPort(port) ? "" : PortMistake(address, host, port);
}

}  // namespace fleetca::client

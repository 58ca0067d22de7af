#include "client/authz/http/request_path.h"

#include <arpa/inet.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxHostSize = 255;
constexpr size_t kMaxMethodSize = 32;

absl::Status Refused(absl::string_view problem) {
  return PermissionDenied(
      Reason::kCallerNotAllowed,
      absl::StrCat("The request's path ", problem, "; ask for the path in its plain form"));
}

// RFC 3986 2.3: encoding these changes nothing, so only somebody who hides them does it.
bool IsUnreserved(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// Of RFC 3986's pchar and "/", what can stand in a path unencoded; not ";", which begins
// parameters.
bool MayStand(char c) {
  return IsUnreserved(static_cast<unsigned char>(c)) || absl::StrContains("/!$&'()*+,=:@", c);
}

// What a decoded path may hold.
[[nodiscard]] const char* CharacterProblem(unsigned char c) {
  switch (c) {
    case '%':
      return "is encoded twice";
    case '\\':
      return "has a backslash, which some read as a slash";
    case ';':
      return "has a semicolon, after which some ignore the rest";
    case '?':
    case '#':
      return "has a \"?\" or \"#\" in it, after which some ignore the rest";
    default:
      return absl::ascii_isprint(c) ? nullptr : "has a character that is no printable ASCII";
  }
}

// The octet that "%XX" at `at` stands for; nullopt when that is no octet.
[[nodiscard]] std::optional<unsigned char> Encoded(absl::string_view path, size_t at) {
  if (at + 2 >= path.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(path[at + 1])) ||
      !absl::ascii_isxdigit(static_cast<unsigned char>(path[at + 2]))) {
    return std::nullopt;
  }
  return static_cast<unsigned char>(absl::HexStringToBytes(path.substr(at + 1, 2))[0]);
}

// Appends what stands at *at, and moves *at to its last octet.
[[nodiscard]] const char* Decode(absl::string_view path, size_t* at, std::string* decoded) {
  const char c = path[*at];
  if (c != '%') {
    decoded->push_back(c);
    if (MayStand(c)) {
      return nullptr;
    }
    const char* const problem = CharacterProblem(static_cast<unsigned char>(c));
    return problem != nullptr ? problem : "has a character that must be percent-encoded";
  }
  const std::optional<unsigned char> octet = Encoded(path, *at);
  if (!octet.has_value()) {
    return "has a \"%\" without two hexadecimal digits";
  }
  *at += 2;
  decoded->push_back(static_cast<char>(*octet));
  if (IsUnreserved(*octet)) {
    return "has a percent-encoded letter, digit or dot";
  }
  return *octet == '/' ? "has an encoded slash" : CharacterProblem(*octet);
}

// Of RFC 3986's: none after the colon is the default one.
bool IsPort(absl::string_view text) {
  int port = 0;
  return text.empty() ||
         (text.size() <= 5 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
          absl::SimpleAtoi(text, &port) && port <= 65535);
}

bool IsIpv6(absl::string_view text) {
  in6_addr ignored;
  return std::all_of(
             text.begin(), text.end(),
             [](unsigned char c) { return absl::ascii_isxdigit(c) || c == ':' || c == '.'; }) &&
         inet_pton(AF_INET6, std::string(text).c_str(), &ignored) == 1;
}

// Labels of letters, digits, "-" and "_", which hosts of containers have; and what looks like an
// IPv4 address is one, as 0x7f.1 and 127.1 are read differently by different readers.
bool IsDnsName(absl::string_view name) {
  constexpr size_t kMaxName = 253;
  constexpr size_t kMaxLabel = 63;
  if (name.size() > kMaxName) {
    return false;
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  const auto is_good = [](absl::string_view label) {
    return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](unsigned char c) {
             return absl::ascii_isalnum(c) || c == '-' || c == '_';
           });
  };
  if (!std::all_of(labels.begin(), labels.end(), is_good)) {
    return false;
  }
  // As the URL standard has it, a last label that is a number makes the whole an address.
  const absl::string_view last = labels.back();
  if (!absl::StartsWithIgnoreCase(last, "0x") &&
      !std::all_of(last.begin(), last.end(), absl::ascii_isdigit)) {
    return true;
  }
  in_addr ignored;
  return inet_pton(AF_INET, std::string(name).c_str(), &ignored) == 1;
}

}  // namespace

const char* RequestPathProblem(absl::string_view path) {
  if (path.empty() || path[0] != '/') {
    return "does not begin with \"/\"";
  }
  if (path.size() > kMaxPathSize) {
    return "is too long";
  }
  for (const char c : path) {
    if (const char* const problem = CharacterProblem(static_cast<unsigned char>(c));
        problem != nullptr) {
      return problem;
    }
  }
  if (path == "/") {
    return nullptr;
  }
  size_t segments = 0;
  for (const absl::string_view segment : absl::StrSplit(path.substr(1), '/')) {
    if (segment.empty()) {
      return "has an empty segment";
    }
    // "." and ".." among them; others are dropped by Windows.
    if (segment.back() == '.' || segment.back() == ' ') {
      return "has a segment that ends with a dot or a space";
    }
    if (++segments > kMaxPathSegments) {
      return "has too many segments";
    }
  }
  return nullptr;
}

absl::StatusOr<std::string> ParseRequestPath(absl::string_view target) {
  if (target.size() > kMaxTargetSize) {
    return Refused("is too long");
  }
  if (std::any_of(target.begin(), target.end(),
                  [](unsigned char c) { return absl::ascii_iscntrl(c); })) {
    return Refused("has a control character");
  }
  const absl::string_view encoded = target.substr(0, target.find('?'));
  std::string path;
  for (size_t at = 0; at < encoded.size(); ++at) {
    if (const char* const problem = Decode(encoded, &at, &path); problem != nullptr) {
      return Refused(problem);
    }
  }
  if (path.size() > 1 && path.back() == '/' && path[path.size() - 2] != '/') {
    path.pop_back();
  }
  if (const char* const problem = RequestPathProblem(path); problem != nullptr) {
    return Refused(problem);
  }
  return path;
}

std::optional<std::string> ParseRequestHost(absl::string_view host) {
  if (host.empty()) {
    return "";
  }
  if (host.size() > kMaxHostSize) {
    return std::nullopt;
  }
  // An IPv6 address has colons of its own, within its brackets.
  const size_t end = host[0] != '[' ? 0 : host.find(']');
  if (end == absl::string_view::npos) {
    return std::nullopt;
  }
  const size_t colon = host.find(':', end);
  absl::string_view name = host.substr(0, colon);
  if (colon != absl::string_view::npos && !IsPort(host.substr(colon + 1))) {
    return std::nullopt;
  }
  if (end != 0) {
    return name.size() == end + 1 && IsIpv6(name.substr(1, end - 1))
               ? std::optional(absl::AsciiStrToLower(name))
               : std::nullopt;
  }
  absl::ConsumeSuffix(&name, ".");
  return IsDnsName(name) ? std::optional(absl::AsciiStrToLower(name)) : std::nullopt;
}

bool IsHttpMethod(absl::string_view method) {
  return !method.empty() && method.size() <= kMaxMethodSize &&
         std::all_of(method.begin(), method.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || c == '-' || c == '_';
         });
}

}  // namespace fleetca::client

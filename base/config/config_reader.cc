#include "base/config/config_reader.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "x509/san.h"

namespace fleetca {
namespace {

constexpr int kMaxPort = 65535;
// google/protobuf/duration.proto: 10,000 years.
constexpr int64_t kMaxDurationSeconds = 315576000000;
constexpr int32_t kNanosPerSecond = 1000000000;

bool HasControlCharacter(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

bool IsPort(absl::string_view text) {
  int port = 0;
  // SimpleAtoi also takes signs and spaces.
  return absl::SimpleAtoi(text, &port) && absl::StrCat(port) == text && port >= 0 &&
         port <= kMaxPort;
}

bool IsIpv4(absl::string_view text) {
  in_addr address;
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool IsIpv6(absl::string_view text) {
  in6_addr address;
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

}  // namespace

std::string AddressProblem(absl::string_view address) {
  constexpr absl::string_view kRemedy =
      "; write HOST:PORT, as in \"0.0.0.0:8443\" or \"[::]:8443\"";
  if (HasControlCharacter(address)) {
    return absl::StrCat("has a control character", kRemedy);
  }
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) {
    return absl::StrCat("\"", address, "\" has no port", kRemedy);
  }
  if (!IsPort(address.substr(colon + 1))) {
    return absl::StrCat("\"", address, "\" has a port that is not 0 to ", kMaxPort, kRemedy);
  }
  absl::string_view host = address.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]") || !IsIpv6(host)) {
      return absl::StrCat("\"", address, "\" has no IPv6 address in its brackets", kRemedy);
    }
    return "";
  }
  if (absl::StrContains(host, ":")) {
    return absl::StrCat("\"", address, "\" has an IPv6 address without brackets", kRemedy);
  }
  if (!IsIpv4(host) && !x509::CheckName({x509::NameType::kDns, host}, "").ok()) {
    return absl::StrCat("\"", address, "\" has a host that is not an IP address or DNS name",
                        kRemedy);
  }
  return "";
}

std::string ConfigReader::Required(absl::string_view field, const std::string& value,
                                   absl::string_view example) {
  if (value.empty()) {
    Mistake(field, absl::StrCat("is missing; write it, as in ", example));
  }
  return value;
}

std::string ConfigReader::Path(absl::string_view field, const std::string& value) {
  std::string path = folder_.empty() || absl::StartsWith(value, "/")
                         ? value
                         : absl::StrCat(folder_, absl::EndsWith(folder_, "/") ? "" : "/", value);
  if (value.empty()) {
    Mistake(field, "is missing; name a path, absolute or relative to the configuration's folder");
  } else if (absl::StrContains(value, "-----BEGIN")) {
    Mistake(field, "holds the contents of a file; write them to a file and name that here");
  } else if (HasControlCharacter(value)) {
    Mistake(field, "is a path with a control character; rename the file");
  } else {
    paths_.emplace_back(std::string(field), path);
  }
  return path;
}

std::string ConfigReader::TrustDomain(absl::string_view field, const std::string& value) {
  constexpr absl::string_view kStandIn = "invalid.example";
  if (Required(field, value, "\"fleet.example\"").empty()) {
    return std::string(kStandIn);
  }
  const std::string id = absl::StrCat("spiffe://", value, "/x");
  if (!x509::CheckSpiffeId(id, "").ok() || x509::SpiffeTrustDomain(id) != value) {
    Mistake(field, absl::StrCat("\"", value,
                                "\" is not a SPIFFE trust domain of 1 to 255 lower-case "
                                "letters, digits, \".\", \"-\" and \"_\"; write it as "
                                "in \"fleet.example\""));
    return std::string(kStandIn);
  }
  return value;
}

std::string ConfigReader::Address(absl::string_view field, const std::string& value) {
  if (!Required(field, value, "\"0.0.0.0:8443\"").empty()) {
    const std::string problem = AddressProblem(value);
    if (!problem.empty()) {
      Mistake(field, problem);
    }
  }
  return value;
}

absl::Duration ConfigReader::Duration(absl::string_view field,
                                      const google::protobuf::Duration& value) {
  const bool signs_differ =
      (value.seconds() > 0 && value.nanos() < 0) || (value.seconds() < 0 && value.nanos() > 0);
  if (value.nanos() >= kNanosPerSecond || value.nanos() <= -kNanosPerSecond || signs_differ ||
      value.seconds() > kMaxDurationSeconds || value.seconds() < -kMaxDurationSeconds) {
    Mistake(field, "is not a duration; write it as in { seconds: 3600 }");
  }
  return absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
}

uint64_t ConfigReader::Limit(absl::string_view field, uint64_t value, uint64_t fallback,
                             uint64_t max) {
  if (value > max) {
    Mistake(field, absl::StrCat("is ", value, "; write at most ", max));
  }
  return value == 0 ? fallback : value;
}

}  // namespace fleetca

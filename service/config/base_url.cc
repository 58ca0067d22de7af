#include "service/config/base_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/config/config_reader.h"

namespace fleetca::service {
namespace {

constexpr char kRemedy[] =
    "; write http://HOST or http://HOST:PORT, as in \"http://pki.fleet.example\"";

bool HasUpperCase(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_isupper(c); });
}

// "HOST:PORT" for "HOST", which is what addresses are.
std::string WithPort(absl::string_view authority) {
  const bool has_port = absl::StartsWith(authority, "[") ? !absl::EndsWith(authority, "]")
                                                         : absl::StrContains(authority, ":");
  return has_port ? std::string(authority) : absl::StrCat(authority, ":80");
}

}  // namespace

std::string BaseUrlProblem(absl::string_view url) {
  if (url.empty()) {
    return "is missing; write where the fleet reaches this port, as in "
           "\"http://pki.fleet.example\"";
  }
  if (HasUpperCase(url)) {
    return absl::StrCat("\"", url, "\" has upper-case letters; write it in lower case");
  }
  if (absl::StartsWith(url, "https:")) {
    return "is an https URL: whoever fetches a CRL from it must check the server's certificate, "
           "for "
           "which it needs a CRL; write http://, as CRLs and OCSP responses are signed";
  }
  absl::string_view authority = url;
  if (!absl::ConsumePrefix(&authority, "http://")) {
    return absl::StrCat("\"", url, "\" does not begin with http://", kRemedy);
  }
  if (absl::StrContains(authority, "@")) {
    return absl::StrCat("has a user name, which would stand in every certificate", kRemedy);
  }
  if (const size_t end = authority.find_first_of("/?#"); end != absl::string_view::npos) {
    return absl::StrCat("\"", url, "\" has a \"", authority.substr(end, 1),
                        "\" after its host; the CA adds the paths", kRemedy);
  }
  const std::string address = WithPort(authority);
  if (absl::StartsWith(address, ":") || absl::EndsWith(address, ":0") ||
      absl::StrContains(address, "*") || !AddressProblem(address).empty()) {
    return absl::StrCat("\"", url,
                        "\" has a host that is no DNS name or IP address (IPv6 in brackets), or a "
                        "port that is not 1 to 65535",
                        kRemedy);
  }
  return "";
}

}  // namespace fleetca::service

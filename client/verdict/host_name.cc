#include "client/verdict/host_name.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/san.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxNamesInSentence = 8;

// 4 or 16 octets; "" where it is not an address.
std::string AddressOctets(const std::string& text) {
  std::string octets(16, '\0');
  if (inet_pton(AF_INET, text.c_str(), octets.data()) == 1) {
    return octets.substr(0, 4);
  }
  return inet_pton(AF_INET6, text.c_str(), octets.data()) == 1 ? octets : "";
}

bool Fits(absl::string_view pattern, absl::string_view host) {
  if (absl::EqualsIgnoreCase(pattern, host)) {
    return true;
  }
  // One label, and the rest of the name as it stands: two labels of it at least, as in x509/san.h,
  // so that nobody's "*.com" fits everybody's name.
  const size_t dot = host.find('.');
  return absl::StartsWith(pattern, "*.") && dot != absl::string_view::npos && dot > 0 &&
         absl::StrContains(host.substr(dot + 1), '.') &&
         absl::EqualsIgnoreCase(pattern.substr(1), host.substr(dot));
}

std::string NamesThere(const x509::Certificate& certificate) {
  std::string names;
  for (size_t i = 0; i < certificate.names.size(); ++i) {
    if (i == kMaxNamesInSentence) {
      return absl::StrCat(names, " and ", certificate.names.size() - i, " more");
    }
    absl::StrAppend(&names, i == 0 ? "" : ", ", x509::NameToString(certificate.names[i]));
  }
  return names.empty() ? "no name in subjectAltName, and a common name does not count" : names;
}

}  // namespace

absl::StatusOr<HostName> ParseHostName(absl::string_view text) {
  absl::string_view bare = text;
  if (absl::ConsumePrefix(&bare, "[") && !absl::ConsumeSuffix(&bare, "]")) {
    bare = text;
  }
  HostName host;
  host.ip = AddressOctets(std::string(bare));
  if (!host.ip.empty()) {
    return host;
  }
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x80; })) {
    return InvalidArgument(
        Reason::kConfigInvalid, "host",
        absl::StrCat("\"", absl::Utf8SafeCHexEscape(text),
                     "\" has letters beyond ASCII; certificates have such a name in its other "
                     "form: write it as xn--..., which idn2 makes of it"));
  }
  bare = text;
  absl::ConsumeSuffix(&bare, ".");
  host.dns = absl::AsciiStrToLower(bare);
  const absl::Status checked =
      x509::CheckName({x509::NameType::kDns, host.dns}, "host", x509::Underscores::kAllowed);
  if (!checked.ok() || absl::StrContains(host.dns, '*')) {
    return InvalidArgument(
        Reason::kConfigInvalid, "host",
        absl::StrCat("\"", absl::CHexEscape(text),
                     "\" is not a host: give a DNS name or an IP address, without a port"));
  }
  return host;
}

absl::StatusOr<std::string> FindHostName(const x509::Certificate& certificate,
                                         const HostName& host) {
  for (const x509::GeneralName& name : certificate.names) {
    const bool fits = host.ip.empty()
                          ? name.type == x509::NameType::kDns && Fits(name.value, host.dns)
                          : name.type == x509::NameType::kIp && name.value == host.ip;
    if (fits) {
      return x509::NameToString(name);
    }
  }
  const std::string asked =
      x509::NameToString(host.ip.empty() ? x509::GeneralName{x509::NameType::kDns, host.dns}
                                         : x509::GeneralName{x509::NameType::kIp, host.ip});
  return InvalidArgument(
      Reason::kSanNotAllowed, "host",
      absl::StrCat("The certificate is not for ", asked, ". It has ", NamesThere(certificate),
                   "; connect by a name that it has, or have it issued for this one"));
}

}  // namespace fleetca::client

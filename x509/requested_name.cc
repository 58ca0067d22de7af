#include "x509/requested_name.h"

#include <arpa/inet.h>

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kField = "name";
constexpr size_t kMaxUri = 2048;

std::optional<NameType> ParseType(absl::string_view text) {
  for (const NameType type : {NameType::kDns, NameType::kUri, NameType::kIp, NameType::kEmail}) {
    if (absl::EqualsIgnoreCase(text, NameTypeName(type))) {
      return type;
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::string> ParseIpAddress(absl::string_view text) {
  const std::string terminated(text);
  std::string octets(sizeof(in_addr), '\0');
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) {
    return octets;
  }
  octets.resize(sizeof(in6_addr));
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) {
    return octets;
  }
  return InvalidArgument(Reason::kSanInvalid, kField,
                         absl::StrCat("\"", text, "\" is not an IP address"));
}

// A URI with a scheme (RFC 5280 section 4.2.1.6 wants an absolute one), of printable ASCII.
bool IsAbsoluteUri(absl::string_view text) {
  const absl::string_view scheme = text.substr(0, text.find(':'));
  return text.size() <= kMaxUri && scheme.size() + 1 < text.size() && !scheme.empty() &&
         absl::ascii_isalpha(static_cast<unsigned char>(scheme.front())) &&
         absl::c_all_of(scheme,
                        [](unsigned char c) {
                          return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
                        }) &&
         absl::c_all_of(text, [](unsigned char c) { return absl::ascii_isgraph(c); });
}

}  // namespace

absl::StatusOr<RequestedName> ParseRequestedName(absl::string_view text, OtherUris other) {
  const size_t colon = text.find(':');
  const std::optional<NameType> type =
      colon == absl::string_view::npos ? std::nullopt : ParseType(text.substr(0, colon));
  if (!type.has_value()) {
    return InvalidArgument(
        Reason::kSanInvalid, kField,
        absl::StrCat("\"", text,
                     "\" does not say what kind of name it is: write URI:spiffe://..., DNS:..., "
                     "IP:... or email:..."));
  }
  RequestedName name{*type, std::string(text.substr(colon + 1))};
  if (*type == NameType::kIp) {
    FLEETCA_ASSIGN_OR_RETURN(name.value, ParseIpAddress(name.value));
  }
  if (other == OtherUris::kAllowed && *type == NameType::kUri && IsAbsoluteUri(name.value) &&
      !absl::StartsWithIgnoreCase(name.value, "spiffe:")) {
    return name;
  }
  // The CA's profile says whether a DNS name may have "_".
  FLEETCA_RETURN_IF_ERROR(CheckName({name.type, name.value}, kField, Underscores::kAllowed));
  return name;
}

}  // namespace fleetca::x509

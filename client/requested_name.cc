#include "client/requested_name.h"

#include <arpa/inet.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kField = "name";

std::optional<x509::NameType> ParseType(absl::string_view text) {
  for (const x509::NameType type :
       {x509::NameType::kDns, x509::NameType::kUri, x509::NameType::kIp, x509::NameType::kEmail}) {
    if (absl::EqualsIgnoreCase(text, x509::NameTypeName(type))) {
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

}  // namespace

absl::StatusOr<RequestedName> ParseRequestedName(absl::string_view text) {
  const size_t colon = text.find(':');
  const std::optional<x509::NameType> type =
      colon == absl::string_view::npos ? std::nullopt : ParseType(text.substr(0, colon));
  if (!type.has_value()) {
    return InvalidArgument(
        Reason::kSanInvalid, kField,
        absl::StrCat("\"", text,
                     "\" does not say what kind of name it is: write URI:spiffe://..., DNS:..., "
                     "IP:... or email:..."));
  }
  RequestedName name{*type, std::string(text.substr(colon + 1))};
  if (*type == x509::NameType::kIp) {
    FLEETCA_ASSIGN_OR_RETURN(name.value, ParseIpAddress(name.value));
  }
  // The CA's profile says whether a DNS name may have "_".
  FLEETCA_RETURN_IF_ERROR(
      x509::CheckName({name.type, name.value}, kField, x509::Underscores::kAllowed));
  return name;
}

}  // namespace fleetca::client

#include "service/policy/reserved_names.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace fleetca::service {
namespace {

using x509::NameType;

// Whether the wildcard "*.fleet.example" stands for the name "ca.fleet.example".
bool StandsFor(absl::string_view wildcard, absl::string_view name) {
  const size_t dot = name.find('.');
  return absl::ConsumePrefix(&wildcard, "*") && dot != absl::string_view::npos &&
         name.substr(dot) == wildcard;
}

}  // namespace

bool ReservedNames::HasIdentity(absl::string_view id) const {
  return absl::c_linear_search(identities, id);
}

bool ReservedNames::Covers(const x509::GeneralName& name) const {
  switch (name.type) {
    case NameType::kDns:
      return absl::c_any_of(dns_names, [&name](absl::string_view reserved) {
        return reserved == name.value || StandsFor(name.value, reserved) ||
               StandsFor(reserved, name.value);
      });
    case NameType::kIp:
      return absl::c_linear_search(ip_addresses, name.value);
    case NameType::kUri:
    case NameType::kEmail:
      return false;
  }
  return false;
}

ReservedNames ReservedNamesOf(const x509::Certificate& certificate) {
  ReservedNames reserved;
  for (const x509::GeneralName& name : certificate.names) {
    switch (name.type) {
      case NameType::kUri:
        reserved.identities.emplace_back(name.value);
        break;
      case NameType::kDns:
        reserved.dns_names.push_back(absl::AsciiStrToLower(name.value));
        break;
      case NameType::kIp:
        reserved.ip_addresses.emplace_back(name.value);
        break;
      case NameType::kEmail:
        break;  // no rule grants any
    }
  }
  return reserved;
}

}  // namespace fleetca::service

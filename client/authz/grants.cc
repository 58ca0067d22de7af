#include "client/authz/grants.h"

#include <algorithm>

namespace fleetca::client {

absl::string_view GrantStateName(GrantState state) {
  switch (state) {
    case GrantState::kGranted:
      return "granted";
    case GrantState::kAbsent:
      return "absent";
    case GrantState::kUnreadable:
      return "unreadable";
    case GrantState::kOtherAudience:
      return "other_audience";
    case GrantState::kStalePolicy:
      return "stale_policy";
  }
  return "unreadable";
}

bool Grants::HasRole(absl::string_view role) const {
  return std::binary_search(roles.begin(), roles.end(), role,
                            [](absl::string_view a, absl::string_view b) { return a < b; });
}

std::optional<absl::string_view> Grants::Attribute(absl::string_view name) const {
  for (const x509::AuthzAttribute& attribute : attributes) {
    if (attribute.name == name) {
      return attribute.value;
    }
  }
  return std::nullopt;
}

Grants WithoutRoles(const Grants& grants, GrantState state) {
  Grants without = grants;
  without.state = state;
  without.roles.clear();
  without.attributes.clear();
  return without;
}

}  // namespace fleetca::client

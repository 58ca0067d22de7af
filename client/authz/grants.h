// What a verified caller is and may do.
#ifndef FLEETCA_CLIENT_AUTHZ_GRANTS_H_
#define FLEETCA_CLIENT_AUTHZ_GRANTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/authz/fleet_authz.h"

namespace fleetca::client {

// Why a caller has the roles it has. Everything but kGranted means: an identity without roles or
// attributes.
enum class GrantState {
  kGranted,
  kAbsent,         // no FleetAuthz extension
  kUnreadable,     // malformed, or of a version unknown here
  kOtherAudience,  // the grants are for other services
  kStalePolicy,    // granted by an older policy than the minimum
};

// "granted", "absent", "unreadable", "other_audience", "stale_policy".
absl::string_view GrantStateName(GrantState state);

struct Grants {
  std::string identity;  // "spiffe://fleet.example/svc/web"
  GrantState state = GrantState::kAbsent;
  // Ascending. Empty unless granted.
  std::vector<std::string> roles;
  std::vector<x509::AuthzAttribute> attributes;
  // What the extension says, granted or not; 0 and nullopt where there is none that can be read.
  uint64_t policy_revision = 0;
  std::optional<std::vector<std::string>> audience;
  // The earliest notAfter of the chain: valid until and including this second.
  absl::Time not_after;

  bool HasRole(absl::string_view role) const;
  // The value of the attribute; nullopt when there is none of that name.
  [[nodiscard]] std::optional<absl::string_view> Attribute(absl::string_view name) const;
};

// The same caller with `state`, and without roles and attributes.
Grants WithoutRoles(const Grants& grants, GrantState state);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRANTS_H_

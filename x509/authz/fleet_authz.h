// FleetAuthz: what the subject of a certificate may do, as policy decided when it was issued.
#ifndef FLEETCA_X509_AUTHZ_FLEET_AUTHZ_H_
#define FLEETCA_X509_AUTHZ_FLEET_AUTHZ_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// One fact about the subject that is not a role: "region" = "eu-1".
struct AuthzAttribute {
  std::string name;
  std::string value;

  friend bool operator==(const AuthzAttribute&, const AuthzAttribute&) = default;
};

struct FleetAuthz {
  // The revision of the policy that granted this; 0 to 2^63-1.
  uint64_t policy_revision = 0;
  std::vector<std::string> roles;
  // The services at which the grants count: 1 to 16 of them. Absent: at all. Empty is not a synonym
  // of absent but an error, so that a restriction that lost its last name never widens the grant.
  std::optional<std::vector<std::string>> audience;
  std::vector<AuthzAttribute> attributes;

  friend bool operator==(const FleetAuthz&, const FleetAuthz&) = default;
};

inline constexpr uint64_t kMaxPolicyRevision = INT64_MAX;
inline constexpr size_t kMaxRoles = 32;
inline constexpr size_t kMaxAudience = 16;
inline constexpr size_t kMaxAttributes = 16;
inline constexpr size_t kMaxAttributeValue = 128;  // characters
inline constexpr size_t kMaxFleetAuthzSize = 4096;

// FleetAuthz ::= SEQUENCE {                      -- IMPLICIT TAGS
//   version    INTEGER (1),
//   policyRev  INTEGER (0..9223372036854775807),
//   roles      SEQUENCE SIZE (0..32) OF Token,
//   audience   [0] SEQUENCE SIZE (1..16) OF Token OPTIONAL,
//   attributes [1] SEQUENCE SIZE (1..16) OF Attr OPTIONAL }
// Token ::= UTF8String (SIZE (1..64))            -- [a-z0-9][a-z0-9._/-]*
// Attr  ::= SEQUENCE { name Token, value UTF8String (SIZE (1..128)) }
//
// DER of at most 4096 octets, the contents of a non-critical extension's OCTET STRING. Roles and
// audience are in ascending order of their octets and unique, attributes in that of their names,
// each name once: equal grants have equal bytes. The size of a value counts characters; it has no
// control character and none that reorders what a person sees (utf8.h).

// The bytes; sorts, and takes the lists in any order. INVALID_ARGUMENT kAuthzInvalid, the field
// being "fleet_authz.policy_revision", ".roles", ".audience", ".attributes" or "fleet_authz", when
// the rules above do not hold. Thread-safe; about a microsecond.
absl::StatusOr<std::string> BuildFleetAuthz(const FleetAuthz& authz);

// Reads untrusted bytes; takes exactly what BuildFleetAuthz makes. INVALID_ARGUMENT kAuthzInvalid
// with the same fields and "fleet_authz.version". Thread-safe; about a microsecond.
absl::StatusOr<FleetAuthz> ParseFleetAuthz(absl::string_view der);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_AUTHZ_FLEET_AUTHZ_H_

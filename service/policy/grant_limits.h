// What the authorization extension can carry: a rule that grants more is a mistake when it is
// loaded, not when a certificate is wanted.
#ifndef FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_
#define FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/policy/mistakes.h"
#include "service/policy/policy_options.h"

namespace fleetca::service {

inline constexpr size_t kMaxRoles = 32;
inline constexpr size_t kMaxAudience = 16;
inline constexpr size_t kMaxAttributes = 16;
inline constexpr size_t kMaxAttributeValue = 128;
inline constexpr size_t kMaxGrantsExtension = 4096;

// Whether a text is a Token: [a-z0-9][a-z0-9._/-]*, 1 to 64.
bool IsGrantToken(absl::string_view text);

// Adds a mistake for each role, audience, attribute name or literal value of the rule at `field`
// that the extension cannot carry, and for all of them together being too large, with values that
// have captures taken at their longest.
void CheckGrants(absl::string_view field, const RuleOptions& rule, PolicyMistakes* mistakes);

// Whether a value, captures put in, may stand in the extension: 1 to 128 bytes of UTF-8 without
// control characters. INVALID_ARGUMENT kConfigInvalid.
absl::Status CheckAttributeValue(absl::string_view value);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_

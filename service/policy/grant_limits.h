// What the authorization extension can carry: a rule that grants more is a mistake when it is
// loaded, not when a certificate is wanted.
#ifndef FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_
#define FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/mistakes.h"
#include "service/policy/policy_options.h"

namespace fleetca::service {

// Adds a mistake for each role, audience, attribute name or literal value of the rule at `field`
// that the extension cannot carry, and one where all of them together are too large. A value with
// captures counts as long as it can become.
void CheckGrants(absl::string_view field, const RuleOptions& rule, Mistakes* mistakes);

// Whether a value, captures put in, may stand in the extension: 1 to 128 bytes of UTF-8 without
// control characters. INVALID_ARGUMENT kConfigInvalid.
absl::Status CheckAttributeValue(absl::string_view value);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_GRANT_LIMITS_H_

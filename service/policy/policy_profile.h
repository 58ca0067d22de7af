// A kind of certificate as the policy describes it: a profile, its key usage, and what a
// subordinate CA is bound by.
#ifndef FLEETCA_SERVICE_POLICY_POLICY_PROFILE_H_
#define FLEETCA_SERVICE_POLICY_POLICY_PROFILE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mistakes.h"
#include "service/policy/policy_options.h"
#include "service/policy/profile.h"

namespace fleetca::service {

inline constexpr int kMaxPathLength = 8;
// A host that was off for longer enrolls anew.
inline constexpr absl::Duration kMaxRenewalGrace = absl::Hours(24 * 90);

// Immutable, thread-safe.
struct PolicyProfile {
  Profile profile;
  uint16_t key_usage = 0;  // x509::KeyUsageBit, the default filled in
  std::optional<SubordinateCa> subordinate_ca;
  // The subject as the profile writes it. Each rule compiles it for the rule's own identities.
  std::optional<SubjectOptions> subject;
  StaleLineage on_stale_lineage = StaleLineage::kRefuse;
  RevocationSource revocation = RevocationSource::kDefault;
  // For how long after its end a certificate may still be renewed by a proof of its key.
  absl::Duration renewal_grace = absl::ZeroDuration();
};

// The profile written at `field` ("profiles[0]"); nullopt after adding at least one mistake.
[[nodiscard]] std::optional<PolicyProfile> CompileProfile(absl::string_view field,
                                                          const PolicyProfileOptions& options,
                                                          absl::string_view trust_domain,
                                                          Mistakes* mistakes);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_POLICY_PROFILE_H_

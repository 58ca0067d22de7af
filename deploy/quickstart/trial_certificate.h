// The certificate of a trial, and whether it works.
#ifndef FLEETCA_DEPLOY_QUICKSTART_TRIAL_CERTIFICATE_H_
#define FLEETCA_DEPLOY_QUICKSTART_TRIAL_CERTIFICATE_H_

#include "absl/time/time.h"
#include "deploy/quickstart/trial_folder.h"

namespace fleetca::quickstart {

// What is left of a certificate that is worth keeping.
inline constexpr absl::Duration kWorthKeeping = absl::Minutes(5);

// Whether the folder has a certificate with its key that the roots of the folder's CA believe now
// and for kWorthKeeping. What cannot be read is as good as none: another takes its place.
[[nodiscard]] bool HasUsableCertificate(const TrialFolder& folder, absl::Time now);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_TRIAL_CERTIFICATE_H_

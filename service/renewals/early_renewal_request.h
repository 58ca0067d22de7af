// Which certificates are to be renewed early.
#ifndef FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_REQUEST_H_
#define FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_REQUEST_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fleetca::service {

inline constexpr size_t kMaxExplanationUrlSize = 1024;

// Those that agree with all that is set, of which something is; "" is not set.
struct EarlyRenewalRequest {
  std::string identity;
  std::string profile;
  std::string issuer;
  absl::Time issued_from = absl::InfinitePast();
  absl::Time issued_to = absl::InfiniteFuture();  // a time after now counts as now
  std::string explanation_url;
  std::string ordered_by;
  // Counts and plans, and orders nothing.
  bool dry_run = false;
};

// INVALID_ARGUMENT: kRequestEmpty for what selects every certificate; kSanInvalid;
// kRequestTooLarge; kConfigInvalid; each with the field of the API's message.
absl::Status CheckEarlyRenewalRequest(const EarlyRenewalRequest& request);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_REQUEST_H_

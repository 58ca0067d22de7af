// When a certificate is to be renewed.
#ifndef FLEETCA_CLIENT_AGENT_RENEWAL_PLAN_H_
#define FLEETCA_CLIENT_AGENT_RENEWAL_PLAN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/agent/maintenance_windows.h"
#include "client/renewal_info.h"

namespace fleetca::client {

// A value, which the agent keeps over its starts.
struct RenewalPlan {
  // The window that the CA gave, or the usual one (x509/renewal_window.h) until it gave one.
  absl::Time window_start;
  absl::Time window_end;
  // Where in the window: drawn once for a certificate, so that a fleet which looks often does not
  // drift to the start of it. 0 to 1.
  double fraction = 0;
  // When to renew.
  absl::Time renew_at;
  // When to ask the CA for the window again.
  absl::Time ask_at;
  // Why the window was moved, for a person; may be empty.
  std::string explanation_url;
};

// What is known of the certificate.
struct PlannedCertificate {
  absl::Time not_before;
  absl::Time not_after;
};

// The plan of a certificate that was just issued, before the CA was asked for its window.
RenewalPlan FirstPlan(const PlannedCertificate& certificate, double fraction,
                      const MaintenanceWindows& maintenance, absl::Time now);

// The plan after the CA has said the window. The fraction stays. A window in the past means now,
// whatever the maintenance windows are; else renewal waits for one of these, unless the certificate
// would end before (with a tenth of its life to spare).
RenewalPlan PlanWith(const RenewalInfo& info, const RenewalPlan& before,
                     const PlannedCertificate& certificate, const MaintenanceWindows& maintenance,
                     absl::Time now);

// How often a CA wants to be asked that has not said so yet.
inline constexpr absl::Duration kUsualAskInterval = absl::Hours(6);

// The plan after the CA did not say: `ask_at` is later, the longer the more often in a row it
// failed. It is a minute at least, and `interval` at most, for which the CA wanted to be asked
// again when it said so last: it counts on it that by then all have heard of an early renewal. Not
// before the CA wants to be asked after `why`.
RenewalPlan PlanWithout(const RenewalPlan& before, const absl::Status& why, int failures,
                        absl::Duration interval, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_RENEWAL_PLAN_H_

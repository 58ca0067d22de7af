// `cert issue`, `cert renew` and `cert rekey` for one certificate.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_ONE_H_
#define FLEETCA_CLIENT_CLI_ISSUE_ONE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/issue_flags.h"
#include "client/issued.h"

namespace fleetca::client {

// Proves what can be proved before it asks, keeps key and request on disk until the answer is where
// it belongs, and goes on with what an earlier run of the same command left. Returns what was
// issued.
absl::StatusOr<Issued> IssueOne(const IssueFlags& flags);

// Asks what the CA would decide, and writes that.
absl::Status ValidateOne(const IssueFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_ONE_H_

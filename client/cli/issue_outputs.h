// Where `cert issue` writes a key and a certificate.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_
#define FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_

#include <optional>

#include "absl/status/status.h"
#include "client/cli/issue_flags.h"
#include "client/cli/pending_request.h"

namespace fleetca::client {

// Checked before the CA is asked, because issuing uses up a token or a part of a budget: that no
// file is written over another or over an input, and that each can be written. `pending` is what an
// earlier run of the same command left: what it wrote already may be written again.
absl::Status CheckIssueOutputs(const IssueFlags& flags,
                               const std::optional<PendingRequest>& pending);

// Writes the key, where there is a new one, and then the certificate of `request.answer`.
absl::Status WriteIssueOutputs(const IssueFlags& flags, const PendingRequest& request);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_

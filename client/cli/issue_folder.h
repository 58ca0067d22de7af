// `cert issue --out-dir`: certificates for many CSRs, a file each.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_FOLDER_H_
#define FLEETCA_CLIENT_CLI_ISSUE_FOLDER_H_

#include "absl/status/status.h"
#include "client/cli/issue_flags.h"

namespace fleetca::client {

// Asks for all of them over one stream, says on standard error how many are done and what failed,
// and with -o json writes a report to standard output. FAILED_PRECONDITION when some failed. The
// same command goes on with a run that was cut short (folder_requests.h).
absl::Status IssueFolder(const IssueFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_FOLDER_H_

// The connection over which `cert issue` asks: with a client certificate, or with a token.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_
#define FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_

#include <functional>

#include "absl/status/statusor.h"
#include "client/cli/issue_flags.h"
#include "client/issue_request.h"
#include "client/issued.h"

namespace fleetca::client {

// Asks for one certificate, at either port.
using IssueFunction = std::function<absl::StatusOr<Issued>(const IssueOptions&)>;

// Reads the files of the connection, and tells the KeptRequest, where there is one, of each
// attempt.
absl::StatusOr<IssueFunction> ConnectToIssue(const IssueFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_

// The connection over which `cert issue` asks: with a client certificate, or with a token.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_
#define FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/issue_flags.h"
#include "client/issue_request.h"
#include "client/issued.h"

namespace fleetca::client {

// Asks for one certificate, at either port.
using IssueFunction = std::function<absl::StatusOr<Issued>(const IssueOptions&)>;

// Reads the files of the connection. The function that is returned tells the KeptRequest, where
// there is one, of each attempt.
absl::StatusOr<IssueFunction> ConnectToIssue(const IssueFlags& flags);

// Which CA the flags ask, in a renewal whichever port of it: "ca.example:8443", or for the
// bootstrap port "ca.example:8444 (root with the SHA-256 01ab...)" or "ca.example:8444 (roots in
// roots.pem)". Errors are those of ServerOf.
absl::StatusOr<std::string> AskedServer(const IssueFlags& flags);

// The client certificate that the connection shows, DER, as its file has it now; "" where a token
// asks, and where the file is a pipe or cannot be read, which ConnectToIssue reports.
std::string AskingCertificate(const IssueFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_CONNECTION_H_

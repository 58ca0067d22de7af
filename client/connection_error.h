// Why a server could not be reached, in words that say what to look at.
#ifndef FLEETCA_CLIENT_CONNECTION_ERROR_H_
#define FLEETCA_CLIENT_CONNECTION_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "client/tls_identity.h"

namespace fleetca::client {

// A status that a fleetca server sent (it has a Reason) is returned as it is. Any other
// UNAVAILABLE, DEADLINE_EXCEEDED or UNIMPLEMENTED comes from the transport: it keeps its code, gets
// the reason kServerUnreachable, and names the address and the likely cause; but a server of
// another identity than the expected one is FAILED_PRECONDITION kServerIdentity. `files` is for the
// words: without a certificate_file the connection was one that shows none, without a ca_file its
// roots came from elsewhere. Where the server's certificate was refused, its dates are looked at on
// a connection of their own, because a clock that is wrong is a likely cause: that may take 3
// seconds.
absl::Status ExplainConnectionError(const absl::Status& status, const std::string& address,
                                    const TlsFiles& files);

// Whether the status, before or after it was explained, says that nothing listens at the address:
// the one failure that ends by itself when a server starts.
bool NothingListens(const absl::Status& status);

// Whether a status that no fleetca server sent, before or after it was explained, says that the
// call found no connection, or a server that does not know it. gRPC's words for this are not a
// contract: where they change, false is returned, which is the safe answer.
bool NothingWasSent(const absl::Status& status);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CONNECTION_ERROR_H_

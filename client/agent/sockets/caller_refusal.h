// What a caller hears that has no identity at a socket.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_CALLER_REFUSAL_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_CALLER_REFUSAL_H_

#include "absl/status/status.h"
#include "base/errors.h"

namespace fleetca::client {

// It does not say whom the socket is for; the agent's log does.
inline absl::Status NoIdentityForCaller() {
  return PermissionDenied(Reason::kCallerNotAllowed,
                          "No identity of this socket is for the calling process; the agent's log "
                          "says who called, and its configuration whom the socket is for");
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_CALLER_REFUSAL_H_

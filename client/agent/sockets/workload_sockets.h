// The agent's sockets: SPIFFE's Workload API and Envoy's SDS, for whom the kernel says that it is.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SOCKETS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SOCKETS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/agent/agent_options.h"
#include "client/agent/held_identities.h"

namespace fleetca::client {

// All sockets of all identities. Several identities may have the same socket, when no process can
// be one that two of them are for. Thread-compatible.
class WorkloadSockets {
 public:
  // Opens the sockets, with their owners and modes: before the process gives up what it needs for
  // that. From now on connections wait. `held` outlives this.
  // INVALID_ARGUMENT kConfigInvalid, the field being the identity's name: a socket has no protocol;
  // two identities have one socket with different owners or modes, or with selectors that
  // can both agree. The errors of UnixSocket::Listen.
  static absl::StatusOr<std::unique_ptr<WorkloadSockets>> Create(
      absl::Span<const IdentityOptions> identities, HeldIdentities& held);

  // Calls Stop.
  virtual ~WorkloadSockets() = default;

  // Begins to serve, on threads of its own: one for each socket, and two besides. The errors of
  // Thread::Start; INTERNAL kInternal when gRPC does not start.
  virtual absl::Status Start() = 0;

  // Ends all connections, within seconds, and removes the sockets. Idempotent; not to be started
  // again.
  virtual void Stop() = 0;

  // For how long at most a push of roots and CRLs waits (identity_feed.h). Before Start.
  virtual void SetPushSpread(absl::Duration spread) = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SOCKETS_H_

// Who may have an identity by a socket.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_SELECTORS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_SELECTORS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/agent/agent_options.h"
#include "client/agent/sockets/socket_peer.h"

namespace fleetca::client {

// Of each kind that is given one has to agree. Immutable, thread-safe.
class SocketSelectors {
 public:
  explicit SocketSelectors(const SocketOptions& options);

  // Whether they ask for the unit or the control group, for which /proc has to be read.
  bool NeedPlace() const { return !units_.empty() || !cgroups_.empty(); }

  // Whether the peer is entitled. `place` is what PlaceOf says, and is not looked at unless
  // NeedPlace; where it is an error nobody is entitled.
  bool Admit(const SocketPeer& peer, const absl::StatusOr<ProcessPlace>& place) const;

  // Whether there can be a process that both admit.
  bool Overlap(const SocketSelectors& other) const;

 private:
  std::vector<uid_t> users_;
  std::vector<gid_t> groups_;
  std::vector<std::string> units_;
  // Without "/" at the end.
  std::vector<std::string> cgroups_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_SELECTORS_H_

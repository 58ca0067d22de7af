// Who is at the other end of a Unix socket, as the kernel says it.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_PEER_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_PEER_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// When it connected.
struct SocketPeer {
  uid_t user = 0;
  // The group that it had in force; not those that it belongs to besides.
  gid_t group = 0;
  // 0 where the process is of a namespace that this process cannot see.
  pid_t process = 0;
};

// Where a process is among the control groups.
struct ProcessPlace {
  // "/system.slice/web.service".
  std::string cgroup;
  // "web.service"; "" where the process belongs to no unit of the system's manager.
  std::string unit;
};

// FAILED_PRECONDITION kInternal where the kernel does not say.
absl::StatusOr<SocketPeer> PeerOf(int socket);

// Of the process now. PERMISSION_DENIED kCallerNotAllowed where that cannot be said for sure: the
// process is gone, another has taken its number meanwhile, or /proc does not show it. `proc` is
// another folder in tests. Thread-safe.
absl::StatusOr<ProcessPlace> PlaceOf(pid_t process, const std::string& proc = "/proc");

// The unit of the system's manager that the control group belongs to, as systemd's own
// cg_path_get_unit finds it: what comes first after the slices. So no user can make one that is
// called like a service of the system. "" where there is none.
std::string UnitOf(absl::string_view cgroup);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_PEER_H_

// One Unix socket of the agent: accepts, sees who is there, and gives connections to the server of
// the identity that is theirs.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_ENDPOINT_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_ENDPOINT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/log_limiter.h"
#include "base/net/spare_descriptor.h"
#include "base/net/unix_socket.h"
#include "base/net/wake_event.h"
#include "base/thread.h"
#include "client/agent/sockets/connection_count.h"
#include "client/agent/sockets/identity_server.h"
#include "client/agent/sockets/local_connections.h"
#include "client/agent/sockets/push_timer.h"
#include "client/agent/sockets/socket_peer.h"
#include "client/agent/sockets/socket_selectors.h"

namespace fleetca::client {

// An identity that is to be had at a socket.
struct EndpointIdentity {
  std::string identity;
  SocketSelectors selectors;
  // Null until the endpoint starts.
  IdentityServer* server = nullptr;
};

// Thread-compatible.
class SocketEndpoint {
 public:
  // From now on connections wait. The errors of UnixSocket::Listen and WakeEvent::Create.
  static absl::StatusOr<std::unique_ptr<SocketEndpoint>> Open(const UnixSocketOptions& options);
  SocketEndpoint(const SocketEndpoint&) = delete;
  SocketEndpoint& operator=(const SocketEndpoint&) = delete;
  ~SocketEndpoint() { Stop(); }

  // Begins to accept. Of `identities` one at most admits any process; whoever none admits is given
  // to `refusing`. `all` counts the connections of other endpoints, too. The servers and `watch`
  // outlive Stop; nothing that `watch` does calls gRPC. The errors of Thread::Start; UNAVAILABLE
  // kInternal where the process has no descriptor left.
  absl::Status Start(std::vector<EndpointIdentity> identities, IdentityServer* refusing,
                     PushTimer* watch, std::shared_ptr<ConnectionCount> all);

  // Accepts nothing more, and removes the file. Idempotent.
  void Stop();

 private:
  SocketEndpoint(std::unique_ptr<UnixSocket> socket, WakeEvent wake);

  void Run();
  // True when there may be more to accept; errno says why not.
  [[nodiscard]] bool AcceptOne(absl::Time now);
  void Take(Descriptor connection, absl::Time now);
  // The server that the process at the other end is to have.
  IdentityServer& ServerOf(const SocketPeer& peer, absl::Time now);
  void Note(absl::string_view event, const SocketPeer& peer, absl::string_view reason,
            absl::Time now);

  std::unique_ptr<UnixSocket> socket_;
  const std::string path_;
  const WakeEvent wake_;
  std::vector<EndpointIdentity> identities_;
  bool places_wanted_ = false;
  IdentityServer* refusing_ = nullptr;
  PushTimer* watch_ = nullptr;
  Descriptor epoll_;
  std::shared_ptr<LocalConnections> connections_;  // `watch_` looks at them
  // The thread's.
  SpareDescriptor spare_;
  log::Limiter lines_;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SOCKET_ENDPOINT_H_

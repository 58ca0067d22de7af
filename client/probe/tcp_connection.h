// One TCP connection that ends at a point in time, whatever the other side does.
#ifndef FLEETCA_CLIENT_PROBE_TCP_CONNECTION_H_
#define FLEETCA_CLIENT_PROBE_TCP_CONNECTION_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "client/probe/server_address.h"

namespace fleetca::client {

// Move-only. Thread-compatible. All errors are UNAVAILABLE kServerUnreachable and name the server.
class TcpConnection {
 public:
  // Looks the name up and tries its addresses in their order. Nobody answers, all refuse, or the
  // name does not resolve: each is a sentence of its own. All of this, and all that is sent and
  // received later, ends `limit` after the call.
  static absl::StatusOr<TcpConnection> Connect(const ServerAddress& address, absl::Duration limit);

  // "localhost:8443": what was asked for.
  const std::string& name() const { return name_; }
  // "127.0.0.1:8443": the address that answered.
  const std::string& peer() const { return peer_; }
  // How much of the time is left; zero when there is none.
  absl::Duration left() const;

  // All of `bytes`.
  absl::Status Send(absl::string_view bytes);
  // What comes next, at most `max` octets; "" when the server has ended the connection. Where
  // nothing comes within `patience`, or before the time is over, the error is DEADLINE_EXCEEDED.
  absl::StatusOr<std::string> Receive(size_t max,
                                      absl::Duration patience = absl::InfiniteDuration());

 private:
  TcpConnection(Descriptor socket, std::string name, std::string peer, absl::Time end)
      : socket_(std::move(socket)), name_(std::move(name)), peer_(std::move(peer)), end_(end) {}

  Descriptor socket_;
  std::string name_;
  std::string peer_;
  absl::Time end_;  // of SteadyTime
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_TCP_CONNECTION_H_

// A socket that accepts connections.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "client/authz/serve/listen_address.h"

namespace fleetca::client {

// Does not block: who accepts waits by poll(2) or epoll(7). Thread-safe, as sockets are.
class ListeningSocket {
 public:
  // FAILED_PRECONDITION kConfigInvalid when the address is taken or not this user's to take, and
  // RemoveStaleSocket's errors.
  static absl::StatusOr<std::unique_ptr<ListeningSocket>> Open(const ListenAddress& address);

  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  ~ListeningSocket();

  // With the port that was chosen.
  const ListenAddress& address() const { return address_; }

  // Good as long as this lives.
  int fd() const { return fd_; }

 private:
  ListeningSocket(int fd, ListenAddress address) : fd_(fd), address_(std::move(address)) {}

  const int fd_;
  const ListenAddress address_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_

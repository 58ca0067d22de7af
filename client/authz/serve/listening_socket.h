// A socket that accepts connections, and what it takes to speak over one.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/authz/serve/listen_address.h"

namespace fleetca::client {

// Owns one connection. Not thread-safe.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // What comes until `end` is among it, `most` octets have come, the other side ends, or `deadline`
  // has passed.
  std::string ReadUntil(absl::string_view end, size_t most, absl::Time deadline);
  // Writes all, or what goes until `deadline`.
  void Write(absl::string_view bytes, absl::Time deadline);
  // Says that no more will be written, and swallows a bounded amount of what still comes: closing
  // at once would take the answer away from a sender that is not done.
  void Finish(absl::Time deadline);

 private:
  const int fd_;
};

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

  // Waits for the next connection; null once Stop was called. Where the process has no file
  // descriptors left it waits a little.
  std::unique_ptr<Connection> Accept();

  // Ends Accept. Thread-safe.
  void Stop();

 private:
  ListeningSocket(int fd, ListenAddress address) : fd_(fd), address_(std::move(address)) {}

  const int fd_;
  const ListenAddress address_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_LISTENING_SOCKET_H_

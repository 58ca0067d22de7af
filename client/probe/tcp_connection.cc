#include "client/probe/tcp_connection.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "client/probe/name_lookup.h"

namespace fleetca::client {
namespace {

absl::Status Unreachable(absl::string_view message) {
  return Unavailable(Reason::kServerUnreachable, message);
}

// Whether `events` came at the socket before `limit` was over.
bool WaitFor(int socket, short events, absl::Duration limit) {
  const absl::Time end = SteadyTime() + limit;
  while (true) {
    const absl::Duration left = std::max(end - SteadyTime(), absl::ZeroDuration());
    pollfd entry = {.fd = socket, .events = events, .revents = 0};
    // A millisecond more than what is left, which is rounded down.
    const int timeout = static_cast<int>(absl::ToInt64Milliseconds(left)) + 1;
    const int count = poll(&entry, 1, timeout);
    if (count > 0) {
      return true;
    }
    if (count == 0 || errno != EINTR) {
      return false;
    }
  }
}

// Connects within `limit`; 0, or an errno.
int ConnectOne(int socket, const SocketAddress& address, absl::Duration limit) {
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  if (!WaitFor(socket, POLLOUT, limit)) {
    return ETIMEDOUT;
  }
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

absl::Status NotConnected(const std::string& name, int error) {
  switch (error) {
    case ECONNREFUSED:
      return Unreachable(absl::StrCat(
          name, " refuses connections; check the port, and whether the server is running"));
    case ETIMEDOUT:
      return Unreachable(absl::StrCat(
          name, " does not answer; check the address, and whether a firewall is between"));
    default:
      return Unreachable(absl::StrCat("Cannot connect to ", name, ": ", std::strerror(error)));
  }
}

}  // namespace

absl::StatusOr<TcpConnection> TcpConnection::Connect(const ServerAddress& address,
                                                     absl::Duration limit) {
  const absl::Time end = SteadyTime() + limit;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<SocketAddress> addresses, LookUp(address, limit));
  int error = 0;
  for (size_t i = 0; i < addresses.size(); ++i) {
    // One that does not answer leaves time for those behind it.
    const absl::Duration share = (end - SteadyTime()) / static_cast<int64_t>(addresses.size() - i);
    Descriptor socket(::socket(addresses[i].storage.ss_family,
                               SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    error = socket.valid() ? ConnectOne(socket.get(), addresses[i], share) : errno;
    if (error == 0) {
      return TcpConnection(std::move(socket), address.Text(), addresses[i].Text(), end);
    }
  }
  return NotConnected(address.Text(), error);
}

absl::Duration TcpConnection::left() const {
  return std::max(end_ - SteadyTime(), absl::ZeroDuration());
}

absl::Status TcpConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (left() == absl::ZeroDuration() || !WaitFor(socket_.get(), POLLOUT, left())) {
        return Unreachable(absl::StrCat(name_, " connects, but takes nothing that is sent"));
      }
    } else if (errno != EINTR) {
      return Unreachable(
          absl::StrCat(name_, " closed the connection (", std::strerror(errno), ")"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TcpConnection::Receive(size_t max, absl::Duration patience) {
  std::string bytes(max, '\0');
  const absl::Time end = SteadyTime() + std::min(patience, left());
  while (true) {
    const ssize_t count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (count >= 0) {
      bytes.resize(static_cast<size_t>(count));
      return bytes;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      const absl::Duration wait = end - SteadyTime();
      if (wait <= absl::ZeroDuration() || !WaitFor(socket_.get(), POLLIN, wait)) {
        return DeadlineExceeded(Reason::kServerUnreachable,
                                absl::StrCat(name_, " connects, but says nothing"));
      }
    } else if (errno != EINTR) {
      return Unreachable(
          absl::StrCat(name_, " closed the connection (", std::strerror(errno), ")"));
    }
  }
}

}  // namespace fleetca::client

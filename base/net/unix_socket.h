// Unix sockets in the file system: whom they let in is settled before anybody can connect.
#ifndef FLEETCA_BASE_NET_UNIX_SOCKET_H_
#define FLEETCA_BASE_NET_UNIX_SOCKET_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/descriptor.h"

namespace fleetca {

struct UnixSocketOptions {
  // Absolute, of 107 octets at most. The folder must be there.
  std::string path;
  // -1, as in chown: who makes the socket.
  uid_t user = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  // As in chmod, whatever the umask is. Who may write may connect.
  mode_t mode = 0660;
};

// Listens, and does not block: who accepts waits by poll(2) or epoll(7). Thread-safe, as sockets
// are.
class UnixSocket {
 public:
  // In place of a socket that a process which is gone left behind. FAILED_PRECONDITION: the errors
  // of RemoveStaleSocket; kConfigInvalid where the path is too long or the socket cannot be made
  // there; kFilePermissions where it cannot be given away.
  static absl::StatusOr<std::unique_ptr<UnixSocket>> Listen(const UnixSocketOptions& options);
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  // Removes the file, unless another has taken its place.
  ~UnixSocket();

  const std::string& path() const { return path_; }
  // Good as long as this lives.
  int fd() const { return fd_.get(); }

 private:
  UnixSocket(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  // Takes note of the file and lets those in who are to be let in.
  absl::Status GiveAway(const UnixSocketOptions& options);

  const std::string path_;
  const Descriptor fd_;
  bool bound_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// Removes a socket that a process which is gone left behind; nothing where there is none.
// FAILED_PRECONDITION kFileInvalid: the path is taken by a file of another kind, or by a socket at
// which a process listens.
// Thread-safe.
absl::Status RemoveStaleSocket(const std::string& path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_NET_UNIX_SOCKET_H_

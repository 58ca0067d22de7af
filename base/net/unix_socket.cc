#include "base/net/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

constexpr int kBacklog = 1024;
// A zero ends it.
constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), kMaxPath));
  return address;
}

// Whether a process accepts connections there. Does not wait for one whose queue is full.
bool SomebodyListens(const std::string& path) {
  const Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = AddressOf(path);
  return !fd.valid() ||
         connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ||
         errno != ECONNREFUSED;
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixSocket>> UnixSocket::Listen(const UnixSocketOptions& options) {
  if (options.path.empty() || options.path[0] != '/' || options.path.size() > kMaxPath) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("\"", options.path, "\" cannot be the path of a Unix socket; write one from ",
                     "the root, of at most ", kMaxPath, " octets"));
  }
  FLEETCA_RETURN_IF_ERROR(RemoveStaleSocket(options.path));
  Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = AddressOf(options.path);
  // The file has the socket's own mode from the moment that it is there: nobody's. The kernel
  // refuses everybody besides until listen(2), which comes when the owner is settled.
  if (!fd.valid() || fchmod(fd.get(), 0) != 0 ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("Cannot listen at ", options.path, " (", std::strerror(errno),
                     "); name a path in a folder that is there and that this user may write to"));
  }
  auto made = absl::WrapUnique(new UnixSocket(options.path, std::move(fd)));
  FLEETCA_RETURN_IF_ERROR(made->GiveAway(options));
  if (listen(made->fd(), kBacklog) != 0) {
    return FailedPrecondition(Reason::kConfigInvalid,
                              FileErrorText("listen at", options.path, errno));
  }
  return made;
}

absl::Status UnixSocket::GiveAway(const UnixSocketOptions& options) {
  // Not by the path: whoever may write to the folder could have put a link there meanwhile.
  const Descriptor file(open(path_.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat info = {};
  if (!file.valid() || fstat(file.get(), &info) != 0 || !S_ISSOCK(info.st_mode)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path_,
                     " was taken away while it was made; see who else writes to its folder"));
  }
  bound_ = true;
  device_ = info.st_dev;
  inode_ = info.st_ino;
  if (fchownat(file.get(), "", options.user, options.group, AT_EMPTY_PATH) != 0) {
    return FileError("give away", path_, errno,
                     "; only root, or who has CAP_CHOWN, gives files to others");
  }
  // chown(2) takes bits of the mode away, so it comes first.
  const std::string link = absl::StrCat("/proc/self/fd/", file.get());
  if (chmod(link.c_str(), options.mode) != 0) {
    return FileError("set the mode of", path_, errno);
  }
  return absl::OkStatus();
}

UnixSocket::~UnixSocket() {
  struct stat info = {};
  if (bound_ && lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
      info.st_ino == inode_) {
    unlink(path_.c_str());
  }
}

absl::Status RemoveStaleSocket(const std::string& path) {
  struct stat found;
  if (lstat(path.c_str(), &found) != 0) {
    return absl::OkStatus();  // binding will say what is wrong, if it is more than absence
  }
  if (!S_ISSOCK(found.st_mode)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path, " is there and is not a socket; name another path"));
  }
  if (SomebodyListens(path)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("Somebody listens at ", path, " already; stop it, or name another path"));
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace fleetca

#include "service/cli/readiness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/output_file.h"

namespace fleetca::service {
namespace {

constexpr mode_t kReadyFileMode = 0644;

absl::Status NotifyError(int error) {
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("Cannot notify systemd at $NOTIFY_SOCKET: ", std::strerror(error)));
}

}  // namespace

absl::Status NotifySystemd(absl::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || *path == '\0') {
    return absl::OkStatus();
  }
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const size_t size = std::strlen(path);
  if (size >= sizeof(address.sun_path)) {
    return NotifyError(ENAMETOOLONG);
  }
  std::memcpy(address.sun_path, path, size);
  if (address.sun_path[0] == '@') {
    address.sun_path[0] = '\0';  // the abstract namespace
  }
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    return NotifyError(errno);
  }
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  const ssize_t sent = sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), length);
  const int error = errno;
  close(descriptor);
  return sent < 0 ? NotifyError(error) : absl::OkStatus();
}

absl::Status RemoveReadyFile(const std::string& path) { return RemoveOutput(path); }

absl::Status WriteReadyFile(const std::string& path, int port, int bootstrap_port) {
  std::string text = absl::StrCat(port, "\n");
  if (bootstrap_port != 0) {
    absl::StrAppend(&text, bootstrap_port, "\n");
  }
  return WriteOutput(path, text, kReadyFileMode);
}

}  // namespace fleetca::service

#include "base/systemd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {
namespace {

absl::Status NotifyError(int error) {
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("Cannot notify systemd at $NOTIFY_SOCKET: ", std::strerror(error)));
}

// A variable of the environment that is a number above 0; 0 for any other.
uint64_t NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  uint64_t number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : 0;
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

std::optional<absl::Duration> SystemdWatchdog() {
  const uint64_t microseconds = NumberIn("WATCHDOG_USEC");
  const char* const process = std::getenv("WATCHDOG_PID");
  const bool is_ours =
      process == nullptr || NumberIn("WATCHDOG_PID") == static_cast<uint64_t>(getpid());
  if (microseconds == 0 || microseconds > static_cast<uint64_t>(INT64_MAX) || !is_ours) {
    return std::nullopt;
  }
  return absl::Microseconds(static_cast<int64_t>(microseconds));
}

}  // namespace fleetca

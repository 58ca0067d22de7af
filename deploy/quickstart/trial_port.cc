#include "deploy/quickstart/trial_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace fleetca::quickstart {
namespace {

constexpr mode_t kConfigMode = 0600;

// The port, which is the system's choice for 0, or none with errno where it is taken.
uint16_t Listen(uint16_t port) {
  const Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  // Connections of an earlier server, which wait for their end, are not in the way.
  if (!listener.valid() ||
      setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      bind(listener.get(), any, size) != 0 || listen(listener.get(), 1) != 0 ||
      getsockname(listener.get(), any, &size) != 0) {
    return 0;
  }
  return ntohs(address.sin_port);
}

}  // namespace

absl::StatusOr<uint16_t> FreePort(uint16_t wanted) {
  for (const uint16_t port : {wanted, uint16_t{0}}) {
    if (const uint16_t listened = Listen(port); listened != 0) {
      return listened;
    }
  }
  return FailedPrecondition(
      Reason::kInternal,
      absl::StrCat("no port of 127.0.0.1 can be listened at: ", std::strerror(errno),
                   "; see whether the system lets "
                   "this user listen"));
}

std::string LoopbackAddress(uint16_t port) { return absl::StrCat("127.0.0.1:", port); }

uint16_t PortOf(absl::string_view address) {
  uint32_t port = 0;
  const size_t colon = address.rfind(':');
  const bool is_number = colon != absl::string_view::npos &&
                         absl::SimpleAtoi(address.substr(colon + 1), &port) && port <= 65535;
  return is_number ? static_cast<uint16_t>(port) : uint16_t{0};
}

absl::Status ChangeAddress(const std::string& config, absl::string_view before,
                           absl::string_view now) {
  FLEETCA_ASSIGN_OR_RETURN(std::string text, ReadFile(config));
  const std::string quoted = absl::StrCat("\"", before, "\"");
  // As `fleetca ca init` wrote it: a field of the listener, on a line of its own.
  const size_t listener = text.find("\nlistener {\n");
  const size_t end = text.find("\n}", listener == std::string::npos ? 0 : listener);
  const size_t field = text.find(absl::StrCat("\n  address: ", quoted, "\n"), listener);
  const size_t at = field == std::string::npos ? field : text.find(quoted, field);
  if (listener == std::string::npos || at == std::string::npos || at > end) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat(config, " does not have the address ", quoted,
                     " as it was written; correct listener.address there, or remove the folder "
                     "for a new trial"));
  }
  text.replace(at, quoted.size(), absl::StrCat("\"", now, "\""));
  return WriteFileAtomic(config, text, kConfigMode);
}

}  // namespace fleetca::quickstart

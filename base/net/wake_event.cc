#include "base/net/wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {

absl::StatusOr<WakeEvent> WakeEvent::Create() {
  Descriptor event(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!event.valid()) {
    return Unavailable(Reason::kInternal,
                       absl::StrCat("The kernel gives no eventfd: ", std::strerror(errno),
                                    "; give the process more descriptors (ulimit -n)"));
  }
  return WakeEvent(std::move(event));
}

void WakeEvent::Wake() const {
  const uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const ssize_t written = write(event_.get(), &one, sizeof(one));
}

void WakeEvent::Clear() const {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(event_.get(), &count, sizeof(count));
}

}  // namespace fleetca

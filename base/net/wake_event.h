// Wakes a thread that waits for sockets.
#ifndef FLEETCA_BASE_NET_WAKE_EVENT_H_
#define FLEETCA_BASE_NET_WAKE_EVENT_H_

#include <utility>

#include "absl/status/statusor.h"
#include "base/descriptor.h"

namespace fleetca {

// A descriptor (an eventfd) to wait for beside sockets, by poll(2) or epoll(7): it can be read once
// Wake was called, and until Clear. Thread-safe.
class WakeEvent {
 public:
  // UNAVAILABLE kInternal when the process has no descriptors left.
  static absl::StatusOr<WakeEvent> Create();

  // Good as long as this lives.
  int fd() const { return event_.get(); }

  void Wake() const;
  void Clear() const;

 private:
  explicit WakeEvent(Descriptor event) : event_(std::move(event)) {}

  Descriptor event_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_NET_WAKE_EVENT_H_

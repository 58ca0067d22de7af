// Telling systemd how a service does.
#ifndef FLEETCA_BASE_SYSTEMD_NOTIFY_H_
#define FLEETCA_BASE_SYSTEMD_NOTIFY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca {

// Sends `state` ("READY=1", "STOPPING=1", "WATCHDOG=1") to systemd's socket, $NOTIFY_SOCKET, as
// sd_notify(3) does. OK, and nothing, when the variable is not set.
absl::Status NotifySystemd(absl::string_view state);

// How often systemd wants to hear "WATCHDOG=1" of this process, as sd_watchdog_enabled(3) says it;
// nullopt: not at all.
[[nodiscard]] std::optional<absl::Duration> SystemdWatchdog();

}  // namespace fleetca

#endif  // FLEETCA_BASE_SYSTEMD_NOTIFY_H_

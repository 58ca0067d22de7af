// What is done after the files of an identity have changed.
#ifndef FLEETCA_CLIENT_AGENT_HOOK_H_
#define FLEETCA_CLIENT_AGENT_HOOK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// What a program that is run is told, in FLEETCA_IDENTITY and so on.
struct HookContext {
  std::string identity;
  std::string spiffe_id;
  std::string folder;
  std::string serial;     // hex
  absl::Time changed_at;  // when the files were in place
  // When whoever runs it has something else to do, whatever the hook's timeout is.
  absl::Time until = absl::InfiniteFuture();
  // Whoever waits for the end of the agent; null where nobody does.
  const absl::Notification* stop = nullptr;
};

// In words: "exec /usr/sbin/nginx -s reload", "signal HUP to /run/nginx.pid", "reload
// nginx.service".
std::string HookInWords(const HookOptions& hook);

// Does it once, and waits for its end, for the hook's timeout at most, or until `until`, but for a
// second in any case: then its whole process group is killed (client/agent/program_run.h). The
// errors say what failed and how: DEADLINE_EXCEEDED, FAILED_PRECONDITION with the exit code or
// signal and the last line that a program wrote, or why it could not be started. A signal counts as
// done when a process has taken it and goes on, or has started after `changed_at`
// (client/agent/pid_signal.h). Thread-safe; async-signal handlers are untouched. Once `stop` is
// notified it ends as after the timeout.
[[nodiscard]] absl::Status RunHook(const HookOptions& hook, const HookContext& context);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_HOOK_H_

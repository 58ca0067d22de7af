// How many hooks run at a time.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_HOOK_SLOTS_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_HOOK_SLOTS_H_

#include <cstddef>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "client/agent/hook_runs.h"

namespace fleetca::client {

// A hook may hang for minutes, and so may those of all identities that reload one service. Who
// renews certificates is never one of them: hooks have some of the threads, and wait for these a
// moment at most. Thread-safe.
class HookSlots {
 public:
  HookSlots(size_t slots, HookRuns::Runner run) : run_(std::move(run)), free_(slots) {}
  HookSlots(const HookSlots&) = delete;
  HookSlots& operator=(const HookSlots&) = delete;

  // What `run` says; UNAVAILABLE kInternal, and it did not run, where others have all slots. It is
  // for HookRuns to try again.
  absl::Status Run(const HookOptions& hook, const HookContext& context) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends those that run (HookContext::stop), and has none begin any more: what has not worked is
  // run when the agent starts again. Once.
  void Stop() { stop_.Notify(); }

 private:
  const HookRuns::Runner run_;
  absl::Notification stop_;
  absl::Mutex mutex_;
  size_t free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_HOOK_SLOTS_H_

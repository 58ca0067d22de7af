// Does small things a little later.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_PUSH_TIMER_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_PUSH_TIMER_H_

#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/thread.h"

namespace fleetca::client {

// One thread for all; it sleeps until there is something to do. Thread-safe.
class PushTimer {
 public:
  // The errors of Thread::Start.
  static absl::StatusOr<std::unique_ptr<PushTimer>> Start();
  PushTimer(const PushTimer&) = delete;
  PushTimer& operator=(const PushTimer&) = delete;
  // What has not begun is not done.
  ~PushTimer();

  // By a clock that nobody sets. `work` is short, and what it uses outlives the timer.
  void After(absl::Duration delay, std::function<void()> work) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  PushTimer() = default;

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<absl::Time, std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_PUSH_TIMER_H_

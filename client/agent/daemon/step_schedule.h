// Many things that are done again and again, each in its time, by a few threads.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_STEP_SCHEDULE_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_STEP_SCHEDULE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/thread.h"
#include "client/agent/daemon/wall_timer.h"

namespace fleetca::client {

// Does what is due at `now` and returns when to be called again.
using Step = std::function<absl::Time(absl::Time now)>;

// One thread waits by the wall clock, and some more take the steps, which may wait for the network:
// each step at one time by one thread, and all at once after the clock was set. Thread-safe.
class StepSchedule {
 public:
  // The first call of each step is due at once. `tick` is called by the thread that waits, as often
  // as it says, and must wait for nothing; it may be null. At least one worker. The errors of
  // WallTimer::Create and Thread::Start.
  static absl::StatusOr<std::unique_ptr<StepSchedule>> Start(std::vector<Step> steps,
                                                             size_t workers, Step tick);
  StepSchedule(const StepSchedule&) = delete;
  StepSchedule& operator=(const StepSchedule&) = delete;
  // Waits for the steps under way.
  ~StepSchedule();

  // Makes every step due.
  void CallAll() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // When, and which step.
  using Due = std::pair<absl::Time, size_t>;

  StepSchedule(std::vector<Step> steps, Step tick, WallTimer timer);

  void Wait() ABSL_LOCKS_EXCLUDED(mutex_);
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  // Moves what is due to the queue of the workers; returns when the next one is.
  absl::Time Release(absl::Time now, bool all) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !ready_.empty();
  }

  const std::vector<Step> steps_;
  const Step tick_;
  const WallTimer timer_;
  absl::Mutex mutex_;
  std::priority_queue<Due, std::vector<Due>, std::greater<Due>> waiting_ ABSL_GUARDED_BY(mutex_);
  std::deque<size_t> ready_ ABSL_GUARDED_BY(mutex_);
  // How often all were made due: a step that was under way then is due again.
  int alarms_ ABSL_GUARDED_BY(mutex_) = 0;
  bool all_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_STEP_SCHEDULE_H_

// A thread that does the same work again and again.
#ifndef FLEETCA_BASE_REPEATED_WORK_H_
#define FLEETCA_BASE_REPEATED_WORK_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/steady_event.h"
#include "base/thread.h"

namespace fleetca {

// Thread-compatible.
class RepeatedWork {
 public:
  // A part of the work, short enough to be waited for when the thread ends. Whether there is more
  // to do at once; else the next part begins after the interval.
  using Part = std::function<bool()>;

  // Begins at once. The errors of Thread::Start. What `part` uses outlives it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RepeatedWork>> Start(
      absl::string_view thread_name, absl::Duration interval, Part part);
  RepeatedWork(const RepeatedWork&) = delete;
  RepeatedWork& operator=(const RepeatedWork&) = delete;
  // Waits for a part that is under way.
  ~RepeatedWork();

 private:
  RepeatedWork(absl::Duration interval, Part part) : interval_(interval), part_(std::move(part)) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const absl::Duration interval_;
  const Part part_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  Thread thread_;     // the last member: it uses the others
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_REPEATED_WORK_H_

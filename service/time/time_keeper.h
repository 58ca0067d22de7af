// Notes the time in the store as long as the server runs.
#ifndef FLEETCA_SERVICE_TIME_TIME_KEEPER_H_
#define FLEETCA_SERVICE_TIME_TIME_KEEPER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/repeated_work.h"
#include "service/time/clock_rule.h"
#include "store/store.h"

namespace fleetca::service {

// An idle server that is stopped for a night would else not know afterwards that the clock was set
// back meanwhile. Says in the log when the clock is refused, once a minute while it lasts, and when
// it is believed again. Notes nothing while it is refused. The references outlive it.
// Thread-compatible.
class TimeKeeper {
 public:
  // Looks once before it returns. The errors of Thread::Start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<TimeKeeper>> Start(
      const ClockRule& rule, store::Store& store, absl::Duration note_interval = absl::Seconds(30),
      absl::Duration look_interval = absl::Seconds(1));
  TimeKeeper(const TimeKeeper&) = delete;
  TimeKeeper& operator=(const TimeKeeper&) = delete;
  ~TimeKeeper();

 private:
  TimeKeeper(const ClockRule& rule, store::Store& store, absl::Duration note_interval)
      : rule_(rule), store_(store), note_interval_(note_interval) {}

  // One look at the clock; `looked_at` is of a clock that nobody sets.
  void Look(absl::Duration looked_at);
  void Log(const absl::Status& status, absl::Duration looked_at);

  const ClockRule& rule_;
  store::Store& store_;
  const absl::Duration note_interval_;
  // The thread's, while there is one.
  absl::Duration noted_at_ = -absl::InfiniteDuration();
  absl::Duration said_at_ = -absl::InfiniteDuration();
  bool refused_ = false;
  std::unique_ptr<RepeatedWork> work_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_TIME_KEEPER_H_

// A line in the log about how fast the CA issues, while it does.
#ifndef FLEETCA_SERVICE_ISSUANCE_RATE_REPORTER_H_
#define FLEETCA_SERVICE_ISSUANCE_RATE_REPORTER_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/issuer_stats.h"

namespace fleetca::service {

// Writes certificates per second and refusals every `interval` in which there were any; says
// nothing while nothing happens. Thread-compatible. What it reads outlives it.
class RateReporter {
 public:
  // The errors of Thread::Start.
  static absl::StatusOr<std::unique_ptr<RateReporter>> Start(
      const IssuerStats& stats, const IssueQueueStats& queue,
      absl::Duration interval = absl::Seconds(10));
  RateReporter(const RateReporter&) = delete;
  RateReporter& operator=(const RateReporter&) = delete;
  ~RateReporter();

 private:
  RateReporter(const IssuerStats& stats, const IssueQueueStats& queue, absl::Duration interval)
      : stats_(stats), queue_(queue), interval_(interval) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const IssuerStats& stats_;
  const IssueQueueStats& queue_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  Thread thread_;     // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_RATE_REPORTER_H_

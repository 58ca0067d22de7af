// A line in the log about how fast the CA issues, while it does.
#ifndef FLEETCA_SERVICE_RATE_REPORTER_H_
#define FLEETCA_SERVICE_RATE_REPORTER_H_

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/issue_queue.h"
#include "service/issuer_stats.h"

namespace fleetca::service {

// Writes certificates per second and refusals every `interval` in which there were any; says
// nothing while nothing happens. Thread-compatible. What it reads outlives it.
class RateReporter {
 public:
  RateReporter(const IssuerStats& stats, const IssueQueueStats& queue,
               absl::Duration interval = absl::Seconds(10));
  RateReporter(const RateReporter&) = delete;
  RateReporter& operator=(const RateReporter&) = delete;
  ~RateReporter();

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const IssuerStats& stats_;
  const IssueQueueStats& queue_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RATE_REPORTER_H_

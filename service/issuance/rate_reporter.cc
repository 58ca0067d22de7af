#include "service/issuance/rate_reporter.h"

#include <cstdint>

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<RateReporter>> RateReporter::Start(const IssuerStats& stats,
                                                                  const IssueQueueStats& queue,
                                                                  absl::Duration interval) {
  auto reporter = absl::WrapUnique(new RateReporter(stats, queue, interval));
  FLEETCA_ASSIGN_OR_RETURN(
      reporter->thread_, Thread::Start("rate_reporter", [self = reporter.get()] { self->Run(); }));
  return reporter;
}

RateReporter::~RateReporter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Set();
  thread_.Join();
}

void RateReporter::Run() {
  uint64_t last_issued = stats_.issued;
  uint64_t last_refused = stats_.refused + queue_.refused();
  uint64_t last_batches = stats_.batches;
  absl::Time last_time = SteadyTime();
  while (true) {
    stop_.WaitFor(interval_);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
    }
    const uint64_t issued = stats_.issued;
    const uint64_t refused = stats_.refused + queue_.refused();
    const uint64_t batches = stats_.batches;
    const absl::Time now = SteadyTime();
    if (issued != last_issued || refused != last_refused) {
      const double seconds = absl::ToDoubleSeconds(now - last_time);
      const uint64_t new_batches = batches - last_batches;
      log::Info("Issuing", {{"certificates_per_second", (issued - last_issued) / seconds},
                            {"certificates", issued - last_issued},
                            {"refused", refused - last_refused},
                            {"certificates_per_batch",
                             new_batches == 0 ? 0.0
                                              : static_cast<double>(issued - last_issued) /
                                                    static_cast<double>(new_batches)},
                            {"total", issued}});
    }
    last_issued = issued;
    last_refused = refused;
    last_batches = batches;
    last_time = now;
  }
}

}  // namespace fleetca::service

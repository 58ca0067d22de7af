// Whether the CA can do what it is for, looked at again and again.
#ifndef FLEETCA_SERVICE_HEALTH_HEALTH_H_
#define FLEETCA_SERVICE_HEALTH_HEALTH_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/steady_event.h"
#include "base/thread.h"

namespace fleetca::service {

// One thing that must be right, such as "store".
struct HealthCheck {
  std::string name;
  // OK, or why not, in a sentence for the log. Called on one thread, once an interval; it must not
  // take longer than that.
  std::function<absl::Status()> look;
  // The services that cannot do their work without it. The CA as a whole cannot either, unless
  // this is only to be looked at in time.
  std::vector<std::string> services;
  bool of_whole = true;
};

// Looks at everything on a thread of its own, says in the log once when something goes wrong and
// once when it is right again, and tells whoever answers questions about health.
class HealthMonitor {
 public:
  // Hears of a service, and of "" for the CA as a whole, when what is known of it changes. All are
  // taken for healthy at first.
  using Report = std::function<void(const std::string& service, bool healthy)>;

  // Looks once before it returns. UNAVAILABLE kInternal when no thread can be started.
  static absl::StatusOr<std::unique_ptr<HealthMonitor>> Start(
      std::vector<HealthCheck> checks, Report report, absl::Duration interval = absl::Seconds(1));
  HealthMonitor(const HealthMonitor&) = delete;
  HealthMonitor& operator=(const HealthMonitor&) = delete;
  // Reports nothing more once it returns.
  ~HealthMonitor();

  // Why the CA as a whole is not healthy: of each check that failed when it was last looked at,
  // "store: " and its reason. From any thread.
  std::vector<std::string> Reasons() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  HealthMonitor(std::vector<HealthCheck> checks, Report report);

  void Run(absl::Duration interval) ABSL_LOCKS_EXCLUDED(mutex_);
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::vector<HealthCheck> checks_;
  const Report report_;
  const std::vector<std::string> services_;  // "" first
  // The thread's.
  std::vector<bool> right_;    // of each check
  std::vector<bool> healthy_;  // of each service
  mutable absl::Mutex mutex_;
  std::vector<std::string> reasons_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  Thread thread_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_HEALTH_HEALTH_H_

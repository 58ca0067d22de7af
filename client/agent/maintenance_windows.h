// When of the week something may be done.
#ifndef FLEETCA_CLIENT_AGENT_MAINTENANCE_WINDOWS_H_
#define FLEETCA_CLIENT_AGENT_MAINTENANCE_WINDOWS_H_

#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace fleetca::client {

// Times of the week, in UTC. A value; immutable.
class MaintenanceWindows {
 public:
  // From and to, since Monday 00:00 UTC; `to` may lie in the week after.
  using Span = std::pair<absl::Duration, absl::Duration>;

  // Any time.
  MaintenanceWindows() = default;
  explicit MaintenanceWindows(std::vector<Span> spans) : spans_(std::move(spans)) {}

  [[nodiscard]] bool Allows(absl::Time time) const;
  // The first time from `time` on that is allowed, which is at most a week later.
  absl::Time FirstFrom(absl::Time time) const;
  // Whether there are any bounds.
  bool empty() const { return spans_.empty(); }

 private:
  std::vector<Span> spans_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_MAINTENANCE_WINDOWS_H_

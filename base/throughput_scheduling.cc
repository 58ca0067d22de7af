#include "base/throughput_scheduling.h"

#include <sched.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {
namespace {

std::atomic<bool> in_force{false};

[[nodiscard]] bool SetPolicy(int policy) {
  const sched_param parameters = {.sched_priority = 0};
  return sched_setscheduler(0, policy, &parameters) == 0;
}

}  // namespace

absl::Status ScheduleForThroughput() {
  if (sched_getscheduler(0) != SCHED_OTHER) {
    return absl::OkStatus();
  }
  if (!SetPolicy(SCHED_BATCH)) {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("the kernel does not let this process use SCHED_BATCH, so single calls cost "
                     "more CPU time than they need to; allow sched_setscheduler: ",
                     std::strerror(errno)));
  }
  in_force = true;
  return absl::OkStatus();
}

void ScheduleThisThreadAtOnce() {
  if (in_force) {
    // Where that fails the thread stays as it is, which is only slower.
    static_cast<void>(SetPolicy(SCHED_OTHER));
  }
}

}  // namespace fleetca

#include "base/throughput_scheduling.h"

#include <sched.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {

absl::Status ScheduleForThroughput() {
  const sched_param parameters = {.sched_priority = 0};
  if (sched_setscheduler(0, SCHED_BATCH, &parameters) != 0) {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("the kernel does not let this process use SCHED_BATCH, so single calls cost "
                     "more CPU time than they need to; allow sched_setscheduler: ",
                     std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace fleetca

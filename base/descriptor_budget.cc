#include "base/descriptor_budget.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {
namespace {

// What a server without connections and with an empty store has open is about half of it.
constexpr uint64_t kSetAside = 64;
constexpr uint64_t kLeastSetAside = 40;

}  // namespace

DescriptorBudget SplitDescriptors(uint64_t limit) {
  const uint64_t set_aside = std::clamp(limit / 4, kLeastSetAside, kSetAside);
  const uint64_t shared = limit > set_aside ? limit - set_aside : 0;
  return {.limit = limit, .sockets = shared - shared / 3, .store = shared / 3};
}

absl::StatusOr<DescriptorBudget> RaiseDescriptorLimit() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return FailedPrecondition(Reason::kConfigInvalid,
                              absl::StrCat("Cannot read the limit of open files (RLIMIT_NOFILE): ",
                                           std::strerror(errno)));
  }
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, kMostDescriptors);
  if (limit.rlim_cur < wanted) {
    rlimit raised = limit;
    raised.rlim_cur = wanted;
    // Where the kernel does not allow it, the limit that is in force counts.
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
      limit = raised;
    }
  }
  if (limit.rlim_cur < kFewestDescriptors) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("This process may have only ", limit.rlim_cur, " files and sockets open, and ",
                     kFewestDescriptors,
                     " are needed at least; raise the limit, with `ulimit -n 65536` in a shell or "
                     "LimitNOFILE=65536 in a systemd unit"));
  }
  return SplitDescriptors(std::min<uint64_t>(limit.rlim_cur, kMostDescriptors));
}

}  // namespace fleetca

#include "client/agent/sockets/connection_count.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/user_name.h"

namespace fleetca::client {
namespace {

constexpr size_t kDescriptorsOfAConnection = 2;
// Where /proc does not say how many are open.
constexpr size_t kPresumedOpen = 128;

size_t OpenDescriptors() {
  std::error_code error;
  size_t open = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++open;
  }
  return error ? kPresumedOpen : open;
}

}  // namespace

ConnectionLimits ConnectionLimitsFor(size_t free) {
  const size_t connections = std::max<size_t>(free / 3 / kDescriptorsOfAConnection, 2);
  return {.connections = connections, .connections_of_a_user = connections / 2};
}

size_t FreeDescriptors() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return 0;
  }
  const size_t all = std::min<size_t>(limit.rlim_cur, kMostDescriptors);
  const size_t open = OpenDescriptors();
  return all > open ? all - open : 0;
}

absl::Status ConnectionCount::Take(uid_t user) {
  const absl::MutexLock lock(&mutex_);
  if (taken_ >= limits_.connections) {
    return ResourceExhausted(
        Reason::kInternal, absl::StrCat(whose_, " has ", taken_, " connections already", advice_));
  }
  const auto of_user = of_user_.find(user);
  if (of_user != of_user_.end() && of_user->second >= limits_.connections_of_a_user) {
    return ResourceExhausted(Reason::kInternal,
                             absl::StrCat("user ", UserName(user), " has ", of_user->second,
                                          " connections to ", whose_, " already", advice_));
  }
  ++taken_;
  ++of_user_[user];
  return absl::OkStatus();
}

void ConnectionCount::GiveBack(uid_t user) {
  const absl::MutexLock lock(&mutex_);
  --taken_;
  const auto of_user = of_user_.find(user);
  if (--of_user->second == 0) {
    of_user_.erase(of_user);
  }
}

}  // namespace fleetca::client

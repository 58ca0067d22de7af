#include "client/agent/daemon/hook_slots.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kMoment = absl::Milliseconds(500);

}  // namespace

absl::Status HookSlots::Run(const HookOptions& hook, const HookContext& context) {
  {
    const absl::MutexLock lock(&mutex_);
    const auto is_free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return free_ > 0; };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&is_free), kMoment)) {
      return Unavailable(Reason::kInternal, absl::StrCat(HookInWords(hook),
                                                         " waits for the hooks of other "
                                                         "identities; see which of these hang"));
    }
    --free_;
  }
  HookContext until_stop = context;
  until_stop.stop = &stop_;
  absl::Status result =
      stop_.HasBeenNotified()
          ? Unavailable(Reason::kInternal,
                        absl::StrCat(HookInWords(hook), " waits for the agent's next start"))
          : run_(hook, until_stop);
  const absl::MutexLock lock(&mutex_);
  ++free_;
  return result;
}

}  // namespace fleetca::client

#include "client/agent/hook_runs.h"

#include "base/log.h"
#include "client/agent/attempt_delay.h"

namespace fleetca::client {
namespace {

constexpr AttemptDelay kBetweenAttempts{.first = absl::Seconds(2), .longest = absl::Minutes(5)};

// Once for each error that is new: a service goes on with what it has read before, and nothing else
// would say so before that ends.
void LogOutcome(const HookStatus& hook, const std::string& before, const std::string& identity) {
  if (!hook.result.ok() && (hook.attempts == 1 || hook.result.message() != before)) {
    log::Warning("A hook has not worked, and is run again",
                 {{"identity", identity}, {"message", hook.result.message()}});
  } else if (hook.result.ok() && hook.attempts > 1) {
    log::Info("A hook has worked",
              {{"identity", identity}, {"hook", hook.what}, {"attempts", hook.attempts}});
  }
}

}  // namespace

HookRuns::HookRuns(std::vector<HookOptions> hooks, Runner run,
                   std::function<double()> random_fraction)
    : hooks_(std::move(hooks)),
      run_(std::move(run)),
      random_fraction_(std::move(random_fraction)),
      next_(hooks_.size()) {
  for (const HookOptions& hook : hooks_) {
    status_.push_back({.what = HookInWords(hook)});
  }
}

void HookRuns::Begin(const std::vector<std::string>& done) {
  next_ = 0;
  while (next_ < hooks_.size() && next_ < done.size() && done[next_] == status_[next_].what) {
    ++next_;
  }
  for (size_t i = 0; i < hooks_.size(); ++i) {
    status_[i].pending = i >= next_;
    if (status_[i].pending) {
      status_[i].attempts = 0;
    }
  }
  due_ = absl::InfinitePast();
}

int HookRuns::Run(const HookContext& context, absl::Time now) {
  int worked = 0;
  // A clock that was set back does not postpone them.
  if (now < due_ && due_ - now <= kBetweenAttempts.longest) {
    return worked;
  }
  for (; pending(); ++next_, ++worked) {
    HookStatus& status = status_[next_];
    const std::string before(status.result.message());
    status.result = run_(hooks_[next_], context);
    status.ran_at = now;
    ++status.attempts;
    LogOutcome(status, before, context.identity);
    if (!status.result.ok()) {
      due_ = now + WaitAfter(status.result, kBetweenAttempts, status.attempts, random_fraction_());
      return worked;
    }
    status.pending = false;
  }
  return worked;
}

std::vector<std::string> HookRuns::done() const {
  std::vector<std::string> words;
  for (size_t i = 0; i < next_; ++i) {
    words.push_back(status_[i].what);
  }
  return words;
}

}  // namespace fleetca::client

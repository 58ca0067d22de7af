// What is done after the files of an identity have changed: in order, each until it has worked.
#ifndef FLEETCA_CLIENT_AGENT_HOOK_RUNS_H_
#define FLEETCA_CLIENT_AGENT_HOOK_RUNS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"
#include "client/agent/hook.h"
#include "client/agent/identity_status.h"

namespace fleetca::client {

// The hooks of one identity. Thread-compatible.
class HookRuns {
 public:
  using Runner = std::function<absl::Status(const HookOptions&, const HookContext&)>;

  // `run` is RunHook; `random_fraction`, between 0 and 1, is for the jitter between attempts.
  HookRuns(std::vector<HookOptions> hooks, Runner run, std::function<double()> random_fraction);

  // The files have changed, and these hooks, in words, have worked since, as far as they are the
  // first ones of the list: the others are to be run.
  void Begin(const std::vector<std::string>& done);

  // Runs those that are due, up to the first one that fails. How many worked.
  int Run(const HookContext& context, absl::Time now);

  // Whether one is to be run (again), and when that is due; InfiniteFuture where there is none.
  bool pending() const { return next_ < hooks_.size(); }
  absl::Time due() const { return pending() ? due_ : absl::InfiniteFuture(); }
  // Those that have worked since the files changed, in words.
  std::vector<std::string> done() const;
  std::vector<HookStatus> status() const { return status_; }

 private:
  const std::vector<HookOptions> hooks_;
  const Runner run_;
  const std::function<double()> random_fraction_;
  std::vector<HookStatus> status_;  // of each hook
  size_t next_;                     // the first one that has not worked
  absl::Time due_ = absl::InfinitePast();
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_HOOK_RUNS_H_

#include "client/cli/terminal/slow_work.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/steady_time.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);

}  // namespace

SlowWork::SlowWork(std::string what) : what_(std::move(what)) {
  absl::StatusOr<Thread> thread = Thread::Start("slow-work", [this] { Wait(); });
  if (thread.ok()) {
    thread_ = *std::move(thread);
  }
}

void SlowWork::Wait() {
  const absl::Time start = SteadyTime();
  done_.WaitFor(kPatience);
  if (SteadyTime() - start >= kPatience) {
    Say(absl::StrCat(what_, " takes a while"));
  }
}

}  // namespace fleetca::client

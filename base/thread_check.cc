#include "base/thread_check.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/errors.h"
#include "base/thread.h"

namespace fleetca {

absl::Status CheckThreadsCanStart(int count) {
  absl::Notification all_asked;
  std::vector<Thread> threads;
  absl::Status status;
  for (int i = 0; i < count && status.ok(); ++i) {
    absl::StatusOr<Thread> thread =
        Thread::Start("check", [&all_asked] { all_asked.WaitForNotification(); });
    if (thread.ok()) {
      threads.push_back(*std::move(thread));
    } else {
      status = Annotate(thread.status(), absl::StrCat("This needs ", count, " threads or more"));
    }
  }
  all_asked.Notify();
  threads.clear();  // joins them, while what they wait for is still here
  return status;
}

}  // namespace fleetca

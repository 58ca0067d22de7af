#include "base/repeated_work.h"

#include "absl/memory/memory.h"
#include "base/status_macros.h"

namespace fleetca {

absl::StatusOr<std::unique_ptr<RepeatedWork>> RepeatedWork::Start(absl::string_view thread_name,
                                                                  absl::Duration interval,
                                                                  Part part) {
  auto work = absl::WrapUnique(new RepeatedWork(interval, std::move(part)));
  FLEETCA_ASSIGN_OR_RETURN(work->thread_,
                           Thread::Start(thread_name, [self = work.get()] { self->Run(); }));
  return work;
}

RepeatedWork::~RepeatedWork() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Set();
  thread_.Join();
}

void RepeatedWork::Run() {
  while (true) {
    const absl::Duration pause = part_() ? absl::ZeroDuration() : interval_;
    stop_.WaitFor(pause);
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      return;
    }
  }
}

}  // namespace fleetca

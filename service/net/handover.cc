#include "service/net/handover.h"

#include "absl/memory/memory.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<Handover>> Handover::Start(Taker take) {
  auto handover = absl::WrapUnique(new Handover(std::move(take)));
  FLEETCA_ASSIGN_OR_RETURN(handover->thread_,
                           Thread::Start("handover", [self = handover.get()] { self->Run(); }));
  return handover;
}

void Handover::Give(Descriptor connection) {
  absl::MutexLock lock(&mutex_);
  if (!stopped_) {
    waiting_.push_back(std::move(connection));
  }
}

void Handover::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    waiting_.clear();
  }
  thread_.Join();
}

void Handover::Run() {
  while (true) {
    Descriptor next;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Handover::HasWork));
      if (stopped_) {
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    take_(std::move(next));
  }
}

}  // namespace fleetca::service

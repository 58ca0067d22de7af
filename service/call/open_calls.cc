#include "service/call/open_calls.h"

#include <utility>
#include <vector>

namespace fleetca::service {

bool OpenCalls::Place::Take(OpenCalls& calls, CallLife& call) {
  calls_ = &calls;
  call_ = &call;
  absl::MutexLock lock(&calls.mutex_);
  calls.calls_.insert(&call);
  return !calls.draining_;
}

OpenCalls::Place::~Place() {
  if (calls_ != nullptr) {
    absl::MutexLock lock(&calls_->mutex_);
    calls_->calls_.erase(call_);
  }
}

void OpenCalls::BeginDrain() {
  std::vector<CallLife::Hold> held;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    held.reserve(calls_.size());
    for (CallLife* call : calls_) {
      // One that was finished, and is about to give its place back, needs no telling.
      if (CallLife::Hold hold = call->TryHold()) {
        held.push_back(std::move(hold));
      }
    }
  }
  for (const CallLife::Hold& hold : held) {
    hold->BeginDrain();
  }
}

}  // namespace fleetca::service

#include "service/call/call_life.h"

namespace fleetca::service {

CallLife::Hold CallLife::TryHold() {
  int holds = holds_.load(std::memory_order_relaxed);
  do {
    if (holds == 0) {
      return Hold();
    }
  } while (!holds_.compare_exchange_weak(holds, holds + 1, std::memory_order_acquire,
                                         std::memory_order_relaxed));
  return Hold(this);
}

void CallLife::End(grpc::Status status) {
  if (!ended_.exchange(true, std::memory_order_relaxed)) {
    status_ = std::move(status);
    Drop();
  }
}

void CallLife::Drop() {
  if (holds_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    FinishCall(std::move(status_));
  }
}

}  // namespace fleetca::service

// An issuance that belongs to a call and keeps it open until it is answered.
#ifndef FLEETCA_SERVICE_RPC_CALL_ISSUANCE_H_
#define FLEETCA_SERVICE_RPC_CALL_ISSUANCE_H_

#include <utility>

#include "absl/status/statusor.h"
#include "service/call/call_life.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// Who queues it gets it from ForQueue alone, and so nothing is queued without a hold on its call.
class CallIssuance : private Issuance {
 public:
  using Issuance::caller;
  using Issuance::cancelled;
  using Issuance::deadline;
  using Issuance::request;

  // To be called by a handler of `call`, once, right before the result is queued.
  Issuance* ForQueue(CallLife& call) {
    hold_ = call.TryHold();
    return this;
  }

 private:
  // On a worker's thread, or on that of who found no room in the queue. *this may delete itself.
  virtual void Answered(absl::StatusOr<IssuedCertificate> outcome) = 0;

  void Answer(absl::StatusOr<IssuedCertificate> outcome) final {
    // The call may be finished, and this object be gone, when the hold goes: the last act.
    const CallLife::Hold hold = std::move(hold_);
    Answered(std::move(outcome));
  }

  CallLife::Hold hold_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CALL_ISSUANCE_H_

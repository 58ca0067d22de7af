// The calls that stay open until someone ends them, so that a drain can.
#ifndef FLEETCA_SERVICE_CALL_OPEN_CALLS_H_
#define FLEETCA_SERVICE_CALL_OPEN_CALLS_H_

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "service/call/call_life.h"

namespace fleetca::service {

// Thread-safe. Outlives the calls in it.
class OpenCalls {
 public:
  // A call's place among them, which its destructor gives back. A member of the call.
  class Place {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

    // From Start of the call, not from its constructor: it may be told of a drain from here on.
    // False when draining has begun, which the call is not told again.
    [[nodiscard]] bool Take(OpenCalls& calls, CallLife& call);

   private:
    OpenCalls* calls_ = nullptr;
    CallLife* call_ = nullptr;
  };

  // Has every call begin its own drain. Without the lock, so that a call may end meanwhile.
  void BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<CallLife*> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_OPEN_CALLS_H_

// The request ids and join tokens that are being worked on, so that two requests with one id become
// one certificate, and a token's uses come one after the other.
#ifndef FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_
#define FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// A key is claimed by the first batch that meets it, from before it looks in the store until after
// it has recorded: later requests with the key wait here and are tried again then, when the store
// knows the answer. Thread-safe.
class InFlightRequests {
 public:
  // True: the caller owns `key` and must Release it. False: someone else does, and `issuance` is
  // kept until they release it.
  [[nodiscard]] bool Claim(absl::string_view key, Issuance* issuance) ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up `key` and appends the issuances that waited for it to `waiters`.
  void Release(absl::string_view key, std::vector<Issuance*>* waiters) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::vector<Issuance*>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

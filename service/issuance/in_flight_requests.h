// The request ids, join tokens and one-use JWTs that are being worked on, so that nothing is signed
// in vain for two requests of which one can have a certificate.
#ifndef FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_
#define FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// A key is claimed by who meets it first, until after it has recorded: later requests with the key
// wait here and are tried again then, when the store knows the answer. It saves work and promises
// nothing: the store decides, also between servers. Thread-safe.
class InFlightRequests {
 public:
  // True: the caller holds `key`, as one of at most `room`, and must Release it. False: so many
  // others do, and `issuance` is kept until one of them releases it.
  bool Claim(absl::string_view key, Issuance* issuance, size_t room = 1)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up one claim of `key` and appends the issuances that waited for it to `waiters`.
  void Release(absl::string_view key, std::vector<Issuance*>* waiters) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Claims {
    size_t held = 0;
    std::vector<Issuance*> waiting;
  };

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Claims> claims_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

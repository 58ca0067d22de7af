// The request ids, join tokens and one-use JWTs that are being worked on, so that two requests with
// one id become one certificate, and the uses of a join token come one after the other.
#ifndef FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_
#define FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// A key is claimed by the first batch that meets it, from before that batch looks in the store
// until after it has recorded. Later requests with the key wait here meanwhile, and are tried again
// when the store knows the answer. Thread-safe.
class InFlightRequests {
 public:
  enum class Kind { kRequestKey, kJoinToken, kOneUseJwt };

  // The octets are aliased: whoever claims a key keeps them until the key is released.
  struct Key {
    Kind kind;
    absl::string_view octets;

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.kind, key.octets);
    }
  };

  // True: the caller owns `key` and must Release it. False: someone else owns it, and `issuance` is
  // kept until they release it.
  [[nodiscard]] bool Claim(const Key& key, Issuance* issuance) ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up `key` and appends the issuances that waited for it to `waiters`.
  void Release(const Key& key, std::vector<Issuance*>* waiters) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<Key, std::vector<Issuance*>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

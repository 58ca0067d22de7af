// The request ids, join tokens and one-use JWTs that are being worked on, so that nothing is signed
// in vain for two requests of which one alone can have a certificate.
#ifndef FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_
#define FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/issuance/issuance.h"

namespace fleetca::service {

// A key is claimed by the request that meets it first, until that request is recorded or refused.
// Later requests with the key wait here and are tried again then, when the store knows the answer.
// This saves work and promises nothing: the store decides, also between servers. Thread-safe.
class InFlightRequests {
 public:
  enum class Kind { kRequestKey, kJoinToken, kOneUseJwt };

  // What is claimed: 32 octets of its kind, copied, so that a claim does not depend on whoever made
  // it first.
  class Key {
   public:
    static constexpr size_t kSize = 32;

    // Shorter octets are filled up with zeros, and longer ones cut off.
    Key(Kind kind, absl::string_view octets) : kind_(kind) {
      octets.substr(0, kSize).copy(octets_.data(), kSize);
    }

    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.kind_, key.octets_);
    }

   private:
    Kind kind_;
    std::array<char, kSize> octets_{};
  };

  // True: the caller holds `key`, as one of at most `room`, and must Release it. False: so many
  // others hold the key, and `issuance` is kept until one of them releases it.
  [[nodiscard]] bool Claim(const Key& key, Issuance* issuance, size_t room = 1)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Gives up one claim of `key` and appends the issuances that waited for it to `waiters`.
  void Release(const Key& key, std::vector<Issuance*>* waiters) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Claims {
    size_t held = 0;
    std::vector<Issuance*> waiting;
  };

  absl::Mutex mutex_;
  absl::flat_hash_map<Key, Claims> claims_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_IN_FLIGHT_REQUESTS_H_

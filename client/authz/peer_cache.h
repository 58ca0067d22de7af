// From the certificate that a caller showed to what it may do now, remembered.
#ifndef FLEETCA_CLIENT_AUTHZ_PEER_CACHE_H_
#define FLEETCA_CLIENT_AUTHZ_PEER_CACHE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/grants.h"

namespace fleetca::client {

// Verifies the certificate that the caller showed in a TLS handshake, and remembers the answer by
// the leaf: a leaf that once had a chain to a root is the same leaf on every connection. Its time,
// whether it was revoked, and the minimum policy revision are looked at on each call, because a
// connection outlives its handshake, and a TLS session can be taken up after its certificate has
// expired. Thread-safe.
class PeerCache {
 public:
  // DER, the leaf first; called only when the leaf is not known.
  using MakeChain = absl::FunctionRef<absl::StatusOr<std::vector<std::string>>()>;

  // `capacity` is in callers, 1 or more.
  PeerCache(std::unique_ptr<AuthzVerifier> verifier, size_t capacity)
      : verifier_(std::move(verifier)), capacity_(capacity) {}

  // `leaf` is all octets of the leaf, in an encoding that is the same for all calls.
  // The errors of AuthzVerifier::Verify and of `chain`. The answer must not outlive
  // this.
  absl::StatusOr<std::shared_ptr<const Grants>> Current(absl::string_view leaf, MakeChain chain)
      ABSL_LOCKS_EXCLUDED(mutex_);

  AuthzVerifier& verifier() { return *verifier_; }

 private:
  std::shared_ptr<const VerifiedPeer> Find(absl::string_view leaf) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<VerifiedPeer> Verify(MakeChain make_chain) const;

  const std::unique_ptr<AuthzVerifier> verifier_;
  const size_t capacity_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<const VerifiedPeer>> peers_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_PEER_CACHE_H_

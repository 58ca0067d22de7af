// From a TLS connection of gRPC to what its caller may do now.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CACHE_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CACHE_H_

#include <grpcpp/security/auth_context.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/grants.h"

namespace fleetca::client {

// Verifies the certificate that the caller showed in the handshake, and remembers the answer by the
// leaf's PEM: a leaf that once had a chain to a root is the same leaf on every connection. Its time
// and the minimum policy revision are looked at on each call, because gRPC keeps a connection's
// properties for its life and takes up a TLS session whose certificate has expired. Thread-safe.
class PeerCache {
 public:
  // `intermediates` is DER, tried with whatever the caller sends. `capacity` is in callers, 1 or
  // more.
  PeerCache(std::unique_ptr<AuthzVerifier> verifier, std::vector<std::string> intermediates,
            size_t capacity)
      : verifier_(std::move(verifier)),
        intermediates_(std::move(intermediates)),
        capacity_(capacity) {}

  // UNAUTHENTICATED as AuthzVerifier::Verify. The answer must not outlive this.
  absl::StatusOr<std::shared_ptr<const Grants>> Current(const grpc::AuthContext& context)
      ABSL_LOCKS_EXCLUDED(mutex_);

  AuthzVerifier& verifier() { return *verifier_; }

 private:
  std::shared_ptr<const VerifiedPeer> Find(absl::string_view leaf) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<VerifiedPeer> Verify(absl::string_view leaf,
                                      const grpc::AuthContext& context) const;

  const std::unique_ptr<AuthzVerifier> verifier_;
  const std::vector<std::string> intermediates_;
  const size_t capacity_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<const VerifiedPeer>> peers_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CACHE_H_

// From a TLS connection to a caller.
#ifndef FLEETCA_SERVICE_EDGE_PEER_AUTHENTICATOR_H_
#define FLEETCA_SERVICE_EDGE_PEER_AUTHENTICATOR_H_

#include <grpcpp/security/auth_context.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "service/caller.h"
#include "service/edge/call_authenticator.h"
#include "x509/authz_oids.h"

namespace fleetca::service {

// Reads the certificate that gRPC verified in the handshake. gRPC keeps a connection's properties
// for its life, and accepts a resumed session after the certificate ended, so the validity is
// looked at again on every call. Thread-safe.
class PeerAuthenticator : public CallAuthenticator {
 public:
  // `oids`: where certificates say which one of their lineage they are.
  PeerAuthenticator(absl::string_view trust_domain, x509::AuthzOids oids, const Clock& clock)
      : trust_domain_(trust_domain), oids_(std::move(oids)), clock_(clock) {}

  // UNAUTHENTICATED: kCallerUnknown (no certificate, not exactly one SPIFFE ID of the trust domain,
  // a CA certificate), kCallerCertificateExpired.
  absl::StatusOr<Caller> Authenticate(const grpc::AuthContext& context);
  absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context) override {
    return Authenticate(*context.auth_context());
  }

 private:
  absl::StatusOr<Caller> Parse(absl::string_view pem) const;

  const std::string trust_domain_;
  const x509::AuthzOids oids_;
  const Clock& clock_;
  absl::Mutex mutex_;
  // Parsed callers by their certificate's PEM: a connection's calls all bring the same one.
  absl::flat_hash_map<std::string, Caller> cache_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_PEER_AUTHENTICATOR_H_

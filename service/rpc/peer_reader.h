// From a TLS connection to a caller.
#ifndef FLEETCA_SERVICE_RPC_PEER_READER_H_
#define FLEETCA_SERVICE_RPC_PEER_READER_H_

#include <grpcpp/security/auth_context.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "service/call/record_lookups.h"
#include "service/caller/caller.h"
#include "service/revocation/known_revocations.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/caller_verifier.h"

namespace fleetca::service {

// Judges the certificate that the peer showed in the handshake, once for each certificate, and
// remembers who it is; a refusal is not remembered. gRPC keeps a connection's properties for its
// life, and accepts a resumed session after the certificate ended, so the validity, and whether it
// was revoked, is looked at again on every call. Called on gRPC's threads: the first call of a
// certificate costs it the verification of a signature and a bounded wait for the store
// (record_lookups.h), each other call a look into a table. Thread-safe.
class PeerReader : public CallerReader {
 public:
  // As CallerVerifier::Create; INTERNAL when the system gives no thread.
  // `revocations` outlives it; null: nothing is revoked, which is for tests.
  static absl::StatusOr<std::unique_ptr<PeerReader>> Create(
      CallerVerifierOptions options, const KnownRevocations* revocations = nullptr);

  // UNAUTHENTICATED: kCallerUnknown (no certificate, or one that this CA does not believe),
  // kCallerCertificateExpired. PERMISSION_DENIED kCertificateRevoked. UNAVAILABLE kStoreUnavailable
  // or, for who is known otherwise, kRevocationsUnknown while that cannot be known.
  absl::StatusOr<CertificateCaller> Authenticate(const grpc::AuthContext& context);
  absl::StatusOr<CertificateCaller> Authenticate(const grpc::ServerContextBase& context) override {
    return Authenticate(*context.auth_context());
  }
  // The same for the certificate in PEM, as gRPC has it.
  absl::StatusOr<CertificateCaller> AuthenticatePem(absl::string_view pem)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  PeerReader(const Clock& clock, std::unique_ptr<const CallerVerifier> verifier,
             const KnownRevocations* revocations)
      : clock_(clock), verifier_(std::move(verifier)), revocations_(revocations) {}

  [[nodiscard]] std::optional<CertificateCaller> Find(absl::string_view pem) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<CertificateCaller> Judge(absl::string_view pem);
  absl::Status CheckNotRevoked(const CertificateCaller& caller);

  const Clock& clock_;
  const std::unique_ptr<const CallerVerifier> verifier_;
  const KnownRevocations* const revocations_;
  log::Limiter revoked_limiter_{kRevokedLinesPerSecond};
  // Asks the verifier.
  std::unique_ptr<RecordLookups> lookups_;
  mutable absl::Mutex mutex_;
  // Callers by their certificate's PEM: a connection's calls all bring the same one.
  absl::flat_hash_map<std::string, CertificateCaller> cache_ ABSL_GUARDED_BY(mutex_);

  static constexpr int kRevokedLinesPerSecond = 1;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_PEER_READER_H_

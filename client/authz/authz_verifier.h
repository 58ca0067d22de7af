// Who a caller is and what it may do, from its certificate chain alone.
#ifndef FLEETCA_CLIENT_AUTHZ_AUTHZ_VERIFIER_H_
#define FLEETCA_CLIENT_AUTHZ_AUTHZ_VERIFIER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "client/authz/grants.h"
#include "client/authz/revocations.h"
#include "x509/authz/authz_oids.h"
#include "x509/certificate.h"
#include "x509/certificate_pool.h"
#include "x509/der/oid.h"

namespace fleetca::client {

struct AuthzVerifierOptions {
  // DER. Only what chains to one of these has a say, whatever else TLS trusts. One that cannot be a
  // root here is passed over and logged while there is another.
  std::vector<std::string> roots;
  // CAs that callers need not send: what a path does not need does no harm.
  x509::CertificatePool intermediates;
  std::string trust_domain;  // "fleet.example"
  // What audiences call this service, a Token; empty: grants with an audience do not count here.
  std::string audience;
  x509::AuthzOids oids;
  // Grants of older policies do not count.
  uint64_t minimum_policy_revision = 0;
  // OID contents; empty: the certificate may be for any purpose.
  std::string purpose = std::string(x509::oid::kClientAuth);
  // What is revoked, which RevocationFeed (client/authz/feed) keeps. Null: nothing is checked, and
  // a revoked certificate counts until it expires.
  std::shared_ptr<const Revocations> revocations;
  // Must outlive the verifier.
  const Clock* clock = &Clock::System();
};

class AuthzVerifier;

// One caller whose chain was verified, to be asked again for every request of a connection: the
// chain's validity, the revocation of the leaf and the minimum policy revision are checked on each
// call, nothing else is.
// Immutable, thread-safe; must not outlive its verifier.
class VerifiedPeer {
 public:
  // What the caller may do now, aliasing this. UNAUTHENTICATED kCallerCertificateExpired; the
  // errors of Revocations::Check.
  absl::StatusOr<const Grants*> Current() const;

 private:
  friend class AuthzVerifier;
  VerifiedPeer(const AuthzVerifier* verifier, Grants grants, absl::Time not_before,
               absl::string_view serial);

  const AuthzVerifier* verifier_;
  Grants grants_;
  // The same, should the minimum revision rise above its own.
  Grants stale_;
  absl::Time not_before_;
  std::string serial_;  // of the leaf, as in its INTEGER
};

// Pure: no network, no file, no state but the minimum policy revision and what is revoked.
// Thread-safe.
class AuthzVerifier {
 public:
  // INVALID_ARGUMENT kConfigInvalid, the field being the option: no root, or none that is a CA's
  // certificate that can be applied here; a malformed trust domain or audience.
  static absl::StatusOr<std::unique_ptr<AuthzVerifier>> Create(AuthzVerifierOptions options);

  // `chain` is DER, the leaf first, then intermediates in any order. Of the intermediates what
  // cannot be read or is not needed is passed over.
  //
  // UNAUTHENTICATED where the caller is nobody: kCallerUnknown (no certificate or more than 16,
  // and whatever x509::VerifyPeer refuses, a critical FleetAuthz among it),
  // kCallerCertificateExpired, kAuthzInvalid (a leaf that breaks RFC 5280, an extension that is
  // there twice among it). And the errors of Revocations::Check.
  //
  // Otherwise an identity, whose roles count only when the leaf itself has one FleetAuthz
  // extension, well formed, for this audience and of the minimum revision. An
  // extension in an intermediate is never read.
  absl::StatusOr<Grants> Verify(absl::Span<const absl::string_view> chain) const;

  // The same, to be kept with the connection. What is revoked is left to VerifiedPeer::Current.
  absl::StatusOr<VerifiedPeer> VerifyPeer(absl::Span<const absl::string_view> chain) const;

  // Takes effect on the next call, for peers verified before as well.
  void SetMinimumPolicyRevision(uint64_t revision) {
    minimum_policy_revision_.store(revision, std::memory_order_relaxed);
  }

 private:
  friend class VerifiedPeer;
  explicit AuthzVerifier(AuthzVerifierOptions options);

  // Fills in all but the identity and notAfter.
  void ReadGrants(const x509::Certificate& leaf, Grants* grants) const;

  const AuthzVerifierOptions options_;
  x509::CertificatePool roots_;
  std::atomic<uint64_t> minimum_policy_revision_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_AUTHZ_VERIFIER_H_

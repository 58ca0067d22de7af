// From the certificate that a peer has shown to the caller that it is.
#ifndef FLEETCA_SERVICE_RPC_CALLER_VERIFIER_H_
#define FLEETCA_SERVICE_RPC_CALLER_VERIFIER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "service/caller/caller.h"
#include "store/certificates.h"
#include "x509/authz/authz_oids.h"
#include "x509/certificate.h"

namespace fleetca::service {

struct CallerVerifierOptions {
  // DER: the issuing certificate in force, and those of issuing CAs that were in force before.
  std::vector<std::string> issuing_cas;
  std::string trust_domain;
  // Where certificates say how they came to be.
  x509::AuthzOids oids;
  // Both must outlive the verifier.
  const store::Certificates* store = nullptr;
  const Clock* clock = &Clock::System();
};

// The CA believes certificates that its own issuing CAs have signed, and no others: whatever other
// CA stands below the root, or whatever else TLS trusts, could otherwise name itself an
// administrator. What a certificate must be besides is what every service of the fleet asks for
// (x509/peer_certificate.h). Immutable, thread-safe.
class CallerVerifier {
 public:
  // INVALID_ARGUMENT kFileInvalid, the message saying which: no issuing CA, or one that cannot be
  // read or may not sign certificates.
  static absl::StatusOr<std::unique_ptr<const CallerVerifier>> Create(
      CallerVerifierOptions options);

  // Who the peer is, by its certificate's contents and signature: cryptography, and no waiting. Of
  // what it holds, as the certificate says: it begins a lineage. `der` is the leaf; the peer has
  // proved to TLS that it has the key. UNAUTHENTICATED: kCallerCertificateExpired, kCallerUnknown
  // for the rest.
  absl::StatusOr<CertificateCaller> Verify(absl::string_view der) const;

  // The same for a certificate that a proof renews, at `now`: one that has ended is judged as of
  // its end, and whether that was too long ago is left to who asks. Its issuing CA must not have
  // ended.
  absl::StatusOr<CertificateCaller> VerifyForRenewal(absl::string_view der, absl::Time now) const;

  // Whether our records agree with a certificate that Verify took as that of `caller`, and what
  // they say of it: its profile and its place in its lineage go into `caller`. It is recorded just
  // as it is; or its serial number is that of no record, and it is one of those that are made
  // without this store: by `ca init`, which writes instance 0 into serial numbers, or by a server
  // of the same issuing CA with another store, or with this one before it was restored, which is
  // what a provenance extension says. Looks into the store, which may wait for a disk.
  // UNAUTHENTICATED kCallerUnknown; the store's errors.
  absl::Status CheckRecord(absl::string_view der, CertificateCaller* caller) const;

 private:
  explicit CallerVerifier(CallerVerifierOptions options) : options_(std::move(options)) {}

  absl::StatusOr<CertificateCaller> VerifyAsOf(const x509::Certificate& leaf,
                                               absl::Time time) const;

  const CallerVerifierOptions options_;
  // Alias options_.issuing_cas.
  std::vector<x509::Certificate> issuing_cas_;
  // What a holder is refused for is not remembered, so that he can ask as often as he likes.
  mutable log::Limiter forged_limiter_{10};
  mutable log::Limiter unrecorded_limiter_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CALLER_VERIFIER_H_

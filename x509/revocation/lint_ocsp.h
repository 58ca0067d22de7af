// The last look at an OCSP response before its signature: re-reads the bytes about to be signed
// with code that knows nothing of how they were made.
#ifndef FLEETCA_X509_REVOCATION_LINT_OCSP_H_
#define FLEETCA_X509_REVOCATION_LINT_OCSP_H_

#include <array>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/prepared.h"
#include "x509/certificate.h"
#include "x509/revocation/ocsp_answer.h"

namespace fleetca::x509 {

// What one delegated responder may say for one issuing CA, stated apart from the template: hashes
// made anew from the two certificates, by other calls. Immutable, thread-safe.
class OcspLint {
 public:
  // `max_validity`: how long a response may be good, from thisUpdate to nextUpdate.
  // INVALID_ARGUMENT kConfigInvalid about "delegate" for a certificate that clients would not
  // believe as a responder of this issuer: OcspDelegateFault, another's signature, or no
  // id-pkix-ocsp-nocheck, without which a client would ask the responder whether the responder is
  // revoked.
  static absl::StatusOr<std::unique_ptr<OcspLint>> Create(const Certificate& issuer,
                                                          const Certificate& delegate,
                                                          absl::Duration max_validity);

  // Checks: DER all the way, no version, the responder byKey, times as GeneralizedTime in whole
  // seconds with "Z", each CertID of the issuer and the serial number asked about, one for each
  // hash asked and no more, the status with revocation time and reason as decided, reason 0 left
  // out, thisUpdate, producedAt and nextUpdate as decided and in this order, the validity no longer
  // than allowed and within that of the delegate, no single extensions, the nonce just as it was
  // sent and no other extension. OK gives the bytes, now signable once. INTERNAL kLintFailed
  // otherwise: a bug of ours, and nothing is signed.
  absl::StatusOr<Prepared> Lint(std::string response_data, const OcspAnswer& answer) const;

 private:
  struct Hashes {
    std::string name;
    std::string key;
  };

  OcspLint(const Certificate& issuer, const Certificate& delegate, absl::Duration max_validity);

  absl::Status Check(absl::string_view response_data, const OcspAnswer& answer) const;
  absl::Status CheckTimes(const OcspAnswer& answer) const;
  absl::Status CheckSingle(absl::string_view single, bool sha1, const OcspAnswer& answer) const;

  const absl::Duration max_validity_;
  const absl::Time delegate_not_before_;
  const absl::Time delegate_not_after_;
  std::string responder_key_hash_;
  // By SHA-256 and by SHA-1.
  std::array<Hashes, 2> issuer_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_LINT_OCSP_H_

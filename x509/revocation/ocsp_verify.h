// Whether an OCSP response is to be believed, and what it says of the certificate asked about.
#ifndef FLEETCA_X509_REVOCATION_OCSP_VERIFY_H_
#define FLEETCA_X509_REVOCATION_OCSP_VERIFY_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/certificate.h"
#include "x509/revocation/ocsp_reader.h"

namespace fleetca::x509 {

// What was asked, and when the answer is looked at.
struct OcspQuestion {
  // The certificate of the CA that issued the one asked about, believed as it stands.
  const Certificate* issuer = nullptr;
  // The Name element by which the certificate calls its issuer, of which a CertID is made (RFC 6960
  // 4.1.1); empty where it is not known, and the issuer's own spelling alone counts.
  absl::string_view issuer_name;
  // INTEGER contents.
  absl::string_view serial;
  // What the request had; empty where it had none. An answer without a nonce is accepted
  // (RFC 9654 2.1), one with another is not.
  absl::string_view nonce;
  absl::Time at;
  // How far the two clocks may differ.
  absl::Duration skew = absl::Minutes(5);
};

// The answer to the question: the SingleResponse of this issuer and serial number, which points
// into `response`. The signer is the issuer, or a delegate in the response that the issuer itself
// certified for OCSPSigning and that is valid at the time (RFC 6960 4.2.2.2); whether the delegate
// is revoked is not asked (id-pkix-ocsp-nocheck). Errors, in this order, with what to do:
//   kOcspNotAnswered          an error of the responder: UNAVAILABLE for tryLater and
//   internalError,
//                             else FAILED_PRECONDITION
//   kOcspResponderUntrusted   INVALID_ARGUMENT: no such signer, or its signature is wrong
//   kOcspResponseOther        INVALID_ARGUMENT: another certificate or another nonce, or two
//                             answers about the certificate that differ
//   kOcspResponseStale        INVALID_ARGUMENT: before thisUpdate, after nextUpdate, or no
//                             nextUpdate (RFC 9919 wants one)
// INTERNAL kInternal when OpenSSL cannot work.
absl::StatusOr<const OcspSingleResponse*> VerifyOcspResponse(const OcspResponse& response,
                                                             const OcspQuestion& question);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_VERIFY_H_

// The certificate of a delegated OCSP responder, issued by the CA to itself.
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATE_ISSUANCE_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATE_ISSUANCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "signer/signer.h"
#include "store/store.h"
#include "x509/certificate.h"

namespace fleetca::service {

// How the record in the store names requester and profile.
inline constexpr absl::string_view kOcspDelegateRequester = "fleetca";
inline constexpr absl::string_view kOcspDelegateProfile = "ocsp-responder";

struct OcspDelegateOrder {
  absl::string_view public_key;  // SubjectPublicKeyInfo
  absl::Time now;
  absl::Duration lifetime;  // cut to the issuer's
};

// DER. Good for OCSP responses of this issuer and nothing else, with id-pkix-ocsp-nocheck, so no
// policy is asked. Built, linted and recorded as every certificate is: the record is durable before
// it returns. `signer` has the issuer's key. FAILED_PRECONDITION kIssuerExpiring when the issuer's
// certificate has ended; the errors of lint, signer and store.
absl::StatusOr<std::string> IssueOcspDelegate(const x509::Certificate& issuer,
                                              const signer::Signer& signer,
                                              const OcspDelegateOrder& order, store::Store& store);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_DELEGATE_ISSUANCE_H_

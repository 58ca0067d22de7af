// The proof that a client has the key of a certificate, for a renewal without the handshake: behind
// a proxy that ends TLS, and after the certificate has ended.
#ifndef FLEETCA_CLIENT_RENEWAL_PROOF_H_
#define FLEETCA_CLIENT_RENEWAL_PROOF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/openssl.h"

namespace fleetca::client {

struct RenewalProofOptions {
  // The certificate to be renewed, DER, and its key, which outlives the call.
  absl::string_view certificate_der;
  EVP_PKEY* key = nullptr;
  // The SPIFFE ID of the CA's server, such as x509::ServerIdentity of the certificate's trust
  // domain: the CA's own, whatever proxy stands before it.
  absl::string_view server_identity;
  // The CSR that goes with it, DER; empty where the certificate keeps its key.
  absl::string_view csr_der;
};

// RenewCertificateRequest.proof: a JSON Web Token that is good for one call which comes within 60
// seconds of `now`. Whoever sees it before it is used can renew the certificate for its own key,
// and for no other: it names the CSR. INVALID_ARGUMENT kKeyUnsupported for a key that is not P-256,
// P-384, RSA or Ed25519; kSigningFailed.
absl::StatusOr<std::string> MakeRenewalProof(const RenewalProofOptions& options, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_RENEWAL_PROOF_H_

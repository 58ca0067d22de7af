// A new key for a certificate of the CA's own, and the CSR that asks for it.
#ifndef FLEETCA_SERVICE_AUTHORITY_OWN_REQUEST_H_
#define FLEETCA_SERVICE_AUTHORITY_OWN_REQUEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "x509/san.h"

namespace fleetca::service {

struct OwnRequest {
  SecretBytes private_key;  // PEM, not encrypted
  std::string csr_der;      // with an empty subject
};

// The key is P-256, which every TLS stack takes. Thread-safe.
absl::StatusOr<OwnRequest> MakeOwnRequest(absl::Span<const x509::GeneralName> names);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_OWN_REQUEST_H_

// A certification request (PKCS#10, RFC 2986), signed with the key for which it asks.
#ifndef FLEETCA_CLIENT_OBJECTS_CSR_MAKER_H_
#define FLEETCA_CLIENT_OBJECTS_CSR_MAKER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/openssl.h"
#include "x509/requested_name.h"

namespace fleetca::client {

// DER, with the Name `subject` (DER) and with `names` in a subjectAltName (none: no extension).
// Signed by ECDSA with the curve's hash, RSA PKCS#1 v1.5 with SHA-256, or Ed25519. INVALID_ARGUMENT
// kKeyUnsupported for a key of another kind. Thread-safe.
absl::StatusOr<std::string> MakeCsr(EVP_PKEY* key, absl::string_view subject,
                                    absl::Span<const x509::RequestedName> names);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_CSR_MAKER_H_

// A certification request (PKCS#10, RFC 2986) made from its parts. Whoever has the key signs.
#ifndef FLEETCA_X509_CSR_BUILDER_H_
#define FLEETCA_X509_CSR_BUILDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "x509/san.h"

namespace fleetca::x509 {

// CertificationRequestInfo, DER: what is signed. The subject is empty, and the names are asked for
// in a subjectAltName (none: no extension). `spki` is a SubjectPublicKeyInfo, DER. Thread-safe.
std::string BuildCsrInfo(absl::string_view spki, absl::Span<const GeneralName> names);

// The whole request, DER, of such an `info` and the signature over it. Thread-safe.
std::string AssembleCsr(absl::string_view info, SignatureScheme scheme,
                        absl::string_view signature);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_BUILDER_H_

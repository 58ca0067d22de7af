// A certification request (PKCS#10, RFC 2986) made from its parts. Whoever has the key signs.
#ifndef FLEETCA_X509_CSR_BUILDER_H_
#define FLEETCA_X509_CSR_BUILDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "x509/san.h"

namespace fleetca::x509 {

// The Name without an attribute.
inline constexpr absl::string_view kEmptyName("\x30\x00", 2);

// CertificationRequestInfo, DER: what is signed. The names are asked for in a subjectAltName (none:
// no extension). `spki` is a SubjectPublicKeyInfo, and `subject` a Name, both DER. Thread-safe.
std::string BuildCsrInfo(absl::string_view spki, absl::Span<const GeneralName> names,
                         absl::string_view subject = kEmptyName);

// The whole request, DER, of such an `info` and the signature over it. Thread-safe.
std::string AssembleCsr(absl::string_view info, SignatureScheme scheme,
                        absl::string_view signature);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CSR_BUILDER_H_

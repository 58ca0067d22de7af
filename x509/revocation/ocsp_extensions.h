// The extensions of OCSP requests and responses, as they are read.
#ifndef FLEETCA_X509_REVOCATION_OCSP_EXTENSIONS_H_
#define FLEETCA_X509_REVOCATION_OCSP_EXTENSIONS_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// Nonce ::= OCTET STRING (SIZE (1..128))   (RFC 9654 2.1)
inline constexpr size_t kMaxOcspNonceSize = 128;

// Reads the contents of Extensions: each OID once, and none critical that is not known. Only the
// nonce is known, and only where `nonce` is not null; it is left as it is where there is none.
// Null, or what is wrong with the extensions: a sentence's end after "the extensions".
const char* OcspExtensionsFault(der::Reader extensions, std::optional<absl::string_view>* nonce);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_EXTENSIONS_H_

// The parameters of RSASSA-PSS (RFC 4055 section 3.1).
#ifndef FLEETCA_X509_PSS_PARAMETERS_H_
#define FLEETCA_X509_PSS_PARAMETERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {

// RSASSA-PSS-params ::= SEQUENCE {
//   hashAlgorithm    [0] HashAlgorithm    DEFAULT sha1Identifier,
//   maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1Identifier,
//   saltLength       [2] INTEGER          DEFAULT 20,
//   trailerField     [3] INTEGER          DEFAULT 1 }

// Those of a scheme of PSS, its salt as long as its hash, as OpenSSL writes them.
std::string BuildPssParameters(SignatureScheme scheme);

// Reads the parameters, an element with nothing after it. A default may be written out, and the
// NULL of a hash be left out (RFC 4055 2.1). INVALID_ARGUMENT kSignatureAlgorithm about `field`:
// which parameter is refused, and why.
absl::StatusOr<SignatureAlgorithm> ParsePssParameters(absl::string_view element,
                                                      absl::string_view field);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PSS_PARAMETERS_H_

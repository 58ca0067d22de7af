// What a signature is put around: certificates and CRLs alike.
#ifndef FLEETCA_X509_SIGNED_H_
#define FLEETCA_X509_SIGNED_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"

namespace fleetca::x509 {

// SIGNED{ToBeSigned} ::= SEQUENCE { toBeSigned, algorithmIdentifier AlgorithmIdentifier,
//   signature BIT STRING }   (X.509 6.2.1): `to_be_signed` is the element that was signed.
std::string AssembleSigned(absl::string_view to_be_signed, SignatureScheme scheme,
                           absl::string_view signature);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SIGNED_H_

// What people call an algorithm or a curve of which a certificate or CSR has only the OID.
#ifndef FLEETCA_X509_ALGORITHM_NAME_H_
#define FLEETCA_X509_ALGORITHM_NAME_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// "Ed448 (1.3.101.113)" for the contents octets of an OID: of a kind of key, an elliptic curve, a
// signature algorithm, a hash or a mask generation function. An OID that has no well-known name
// stands alone, "1.2.3", and octets that are no OID are "(invalid)". For sentences and inspection,
// never for a decision. Thread-safe.
std::string AlgorithmName(absl::string_view oid);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_ALGORITHM_NAME_H_

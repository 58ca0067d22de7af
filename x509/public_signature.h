// A CSR's signature in the form that the lanes of p256 take.
#ifndef FLEETCA_X509_PUBLIC_SIGNATURE_H_
#define FLEETCA_X509_PUBLIC_SIGNATURE_H_

#include <optional>

#include "p256/lanes.h"
#include "x509/csr.h"

namespace fleetca::x509 {

// The numbers of a CSR's signature; nothing where it is not ECDSA with a P-256 key, not encoded as
// it should be, or where a number has more than 256 bits.
[[nodiscard]] std::optional<p256::PublicSignature> PublicSignatureOf(const Csr& csr);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PUBLIC_SIGNATURE_H_

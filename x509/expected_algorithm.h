// What the lints want a signature's AlgorithmIdentifier to be.
#ifndef FLEETCA_X509_EXPECTED_ALGORITHM_H_
#define FLEETCA_X509_EXPECTED_ALGORITHM_H_

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"

namespace fleetca::x509 {

// The AlgorithmIdentifier element of a scheme, written out once more, on purpose: what is built
// takes it from another table (signature_algorithm.h). Lives for ever.
absl::string_view ExpectedAlgorithmIdentifier(SignatureScheme scheme);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_EXPECTED_ALGORITHM_H_

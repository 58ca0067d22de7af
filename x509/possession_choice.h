// Who verifies proofs of possession: lanes, or OpenSSL alone and why.
#ifndef FLEETCA_X509_POSSESSION_CHOICE_H_
#define FLEETCA_X509_POSSESSION_CHOICE_H_

#include <memory>

#include "p256/lanes.h"
#include "x509/possession.h"

namespace fleetca::x509 {

// The verifier for what p256::Lanes::Create gave: these lanes, or OpenSSL where they are null,
// which is then in the log at level error with what `failure` means.
[[nodiscard]] std::unique_ptr<PossessionVerifier> VerifierBy(
    std::shared_ptr<const p256::Lanes> lanes, p256::LanesFailure failure);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POSSESSION_CHOICE_H_

// What a certificate says, from the decision: validity, names, authorization, provenance.
#ifndef FLEETCA_SERVICE_ISSUANCE_CONTENTS_H_
#define FLEETCA_SERVICE_ISSUANCE_CONTENTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuing_profile.h"

namespace fleetca::service {

// What the certificates that one issuer makes have in common.
struct ContentsOptions {
  // Whose serial numbers they are: the store's.
  uint16_t instance_id = 0;
  // Whether a certificate says how it came to be.
  bool provenance = false;
};

// From when and until when the certificate is valid, into the item's spec: within the issuing
// certificate's own validity, and not beyond the token's end where its issuer wants that.
// FAILED_PRECONDITION kIssuerExpiring when the issuing certificate ends too soon, INVALID_ARGUMENT
// kLifetimeInvalid when the token does.
absl::Status DecideValidity(IssuanceItem& item, const IssuingCa& ca, absl::Time now);

// Fills in the rest of the item's spec, builds what is to be signed and reads it again. INTERNAL
// when the two do not agree; INVALID_ARGUMENT kSubjectInvalid for a subject that is the issuing
// CA's own.
absl::Status BuildAndLint(IssuanceItem& item, const IssuingProfile& profile,
                          const ContentsOptions& options, absl::Time now);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_CONTENTS_H_

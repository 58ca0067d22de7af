// Renewals: the next certificate of the line that the caller's own belongs to.
#ifndef FLEETCA_SERVICE_ISSUANCE_RENEWAL_H_
#define FLEETCA_SERVICE_ISSUANCE_RENEWAL_H_

#include <cstdint>

#include "absl/status/status.h"
#include "service/issuance/issuance_item.h"
#include "store/lineage.h"
#include "x509/csr.h"

namespace fleetca::service {

// Whether the caller may ask for what the item's renewal asks; fills in `renewed`. Does nothing for
// an item that is no renewal.
//   PERMISSION_DENIED kRenewalInvalid: the caller has shown no certificate
//   INVALID_ARGUMENT kRenewalInvalid: it is for another identity than the certificate's
absl::Status AdmitRenewal(IssuanceItem& item);

// Reads what the item's certificate is for: the CSR's key and names, or the key of the certificate
// that is renewed. INVALID_ARGUMENT: kCsrMissing, the errors of x509::ParseCsr, kRenewalInvalid for
// a CSR of another identity.
absl::Status ReadKeyAndNames(IssuanceItem& item, const x509::CsrLimits& limits);

// Which certificate of its lineage the item's one is; 0 for the first, which is no renewal.
uint32_t GenerationOf(const IssuanceItem& item);

// The step of the item's lineage that its certificate is, for a renewal that has a serial number.
store::LineageStep StepOf(const IssuanceItem& item);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_RENEWAL_H_

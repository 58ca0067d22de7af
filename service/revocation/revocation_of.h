// From the record of a certificate to its revocation.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_OF_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_OF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"
#include "store/revocation.h"

namespace fleetca::service {

// What is the same of all revocations of one call.
struct RevocationOrder {
  store::RevocationReason reason = store::RevocationReason::kUnspecified;
  absl::Time revoked_at;   // to the second
  std::string revoked_by;  // who asked for it
};

// What the record of an older release does not say is read from the certificate. DATA_LOSS
// kStoreCorrupt where that cannot be read.
absl::StatusOr<store::Revocation> RevocationOf(const store::CertificateRecord& record,
                                               const RevocationOrder& order);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_OF_H_

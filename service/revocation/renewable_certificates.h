// Which certificates that have ended may still be renewed, so that whoever revokes has to end them,
// too.
#ifndef FLEETCA_SERVICE_REVOCATION_RENEWABLE_CERTIFICATES_H_
#define FLEETCA_SERVICE_REVOCATION_RENEWABLE_CERTIFICATES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"
#include "store/store.h"

namespace fleetca::service {

// For how long after its end a certificate may be renewed by a proof of its key, by the name of its
// profile. A profile that is not there gives no grace.
using RenewalGraces = absl::flat_hash_map<std::string, absl::Duration>;

// Zero where there is none.
absl::Duration LongestGrace(const RenewalGraces& graces);

// Whether a certificate that ended before `now` may be renewed: within the grace of its profile,
// and where its lineage goes on from it (store/lineage.h), which is from the newest certificate and
// from that one's parent, and from any until the first step after the store was restored. So there
// are two of a lineage, and revoking an identity does not revoke all that it ever had. The store's
// errors.
absl::StatusOr<bool> CanBeRenewedAfterItsEnd(const store::CertificateRecord& record,
                                             const RenewalGraces& graces, absl::Time now,
                                             const store::Store& store);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_RENEWABLE_CERTIFICATES_H_

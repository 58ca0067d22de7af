// Whether a certificate is revoked, for those that may have ended long ago.
#ifndef FLEETCA_SERVICE_REVOCATION_FIND_REVOCATION_H_
#define FLEETCA_SERVICE_REVOCATION_FIND_REVOCATION_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/revocation/revoked_serials.h"
#include "service/revocation/known_revocations.h"
#include "store/certificate_record.h"
#include "store/revocations.h"

namespace fleetca::service {

// Since when and why; nullopt where it is not revoked. What is known forgets a certificate a day
// after its end, and the store does not, so of one that has ended at `now` the store is asked, too.
// Its errors.
absl::StatusOr<std::optional<RevokedSince>> FindRevocation(const store::CertificateRecord& record,
                                                           absl::Time now,
                                                           const KnownRevocations& known,
                                                           const store::Revocations& store);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_FIND_REVOCATION_H_

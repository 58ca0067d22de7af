// Has the store drop revocations that no CRL needs any more.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_DROPPER_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_DROPPER_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/revocation/crl_publisher.h"
#include "service/time/clock_rule.h"
#include "store/store.h"

namespace fleetca::service {

// Drops the revocations of certificates that ended more than `keep` ago, up to the first that has
// not appeared in all of its CRLs since its certificate ended, and returns how many. `keep` is at
// least as long as an expired certificate can still be renewed: who was revoked must be known until
// then. Those of issuers that none of `publishers` is of count as appeared, as nobody asks for
// their CRLs. Reads what it drops; once an hour is often enough. UNAVAILABLE kClockRefused; the
// store's errors.
//
// A certificate that is revoked after its end while this runs may be dropped before it appears.
absl::StatusOr<size_t> DropAppearedRevocations(absl::Span<const CrlPublisher* const> publishers,
                                               absl::Duration keep, const ClockRule& clock_rule,
                                               store::Store& store);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_DROPPER_H_

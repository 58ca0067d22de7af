// Which revocations no CRL needs any more.
#ifndef FLEETCA_SERVICE_REVOCATION_APPEARED_REVOCATIONS_H_
#define FLEETCA_SERVICE_REVOCATION_APPEARED_REVOCATIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/revocation/crl_publisher.h"
#include "store/revocations.h"

namespace fleetca::service {

// `before`, or else the hour in which the first certificate ended whose revocation has not appeared
// in all of its CRLs since that end. The revocations of certificates that ended sooner may be
// dropped (RFC 5280 3.3). Those of issuers that none of `publishers` is of count as appeared, as
// nobody asks for their CRLs. Reads the revocations of what ended before `before`; once an hour is
// often enough. The store's errors.
//
// A certificate that is revoked after its end while this runs may be dropped before it appears.
absl::StatusOr<absl::Time> AppearedBefore(absl::Span<const CrlPublisher* const> publishers,
                                          const store::Revocations& store, absl::Time before);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_APPEARED_REVOCATIONS_H_

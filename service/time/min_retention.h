// How long a certificate's record is kept at the least after the certificate expired.
#ifndef FLEETCA_SERVICE_TIME_MIN_RETENTION_H_
#define FLEETCA_SERVICE_TIME_MIN_RETENTION_H_

#include "absl/time/time.h"

namespace fleetca::service {

// A request_id is replayed for at least that long after its certificate was issued, so the
// certificate is kept for at least that long after it expired.
inline constexpr absl::Duration kMinRetention = absl::Hours(24);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_TIME_MIN_RETENTION_H_

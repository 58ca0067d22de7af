// When the holder of a certificate is told that it ends.
#ifndef FLEETCA_X509_EXPIRY_WARNING_H_
#define FLEETCA_X509_EXPIRY_WARNING_H_

#include "absl/time/time.h"

namespace fleetca::x509 {

// From when on a certificate's end is warned of: 30 days ahead, or a third of its life where that
// is less. Thread-safe.
absl::Time WarnFrom(absl::Time not_before, absl::Time not_after);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_EXPIRY_WARNING_H_

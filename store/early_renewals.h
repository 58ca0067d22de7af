// Looking up early renewals.
#ifndef FLEETCA_STORE_EARLY_RENEWALS_H_
#define FLEETCA_STORE_EARLY_RENEWALS_H_

#include "absl/status/status.h"
#include "store/early_renewal.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class EarlyRenewals {
 public:
  virtual ~EarlyRenewals() = default;

  // All by ascending id, those included whose certificates have all expired. Sees them as they were
  // when it began. DATA_LOSS kStoreCorrupt when one does not read back.
  virtual absl::Status ForEachEarlyRenewal(EarlyRenewalVisitor visitor) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_EARLY_RENEWALS_H_

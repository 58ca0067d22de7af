// Looking up CRL states.
#ifndef FLEETCA_STORE_CRL_STATES_H_
#define FLEETCA_STORE_CRL_STATES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/crl_state.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class CrlStates {
 public:
  virtual ~CrlStates() = default;

  // NOT_FOUND kNotFound before the first; DATA_LOSS kStoreCorrupt when it does not read back.
  virtual absl::StatusOr<CrlState> GetCrlState(const CrlId& crl) const = 0;

  // All: those of an issuer together, the complete CRL before the shards by number. Sees them as
  // they were when it began.
  virtual absl::Status ForEachCrlState(CrlStateVisitor visitor) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CRL_STATES_H_

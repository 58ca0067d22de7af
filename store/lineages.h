// Looking up lineages.
#ifndef FLEETCA_STORE_LINEAGES_H_
#define FLEETCA_STORE_LINEAGES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/lineage.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class Lineages {
 public:
  virtual ~Lineages() = default;

  // By the id. NOT_FOUND kNotFound where no step was made: of the lineage of a certificate that is
  // there, that certificate is the newest. DATA_LOSS kStoreCorrupt when it does not read back.
  virtual absl::StatusOr<LineageState> GetLineage(absl::string_view lineage) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_LINEAGES_H_

// Whether a store can be where the configuration says.
#ifndef FLEETCA_STORE_STORE_PLACE_H_
#define FLEETCA_STORE_STORE_PLACE_H_

#include <string>

#include "absl/status/status.h"

namespace fleetca::store {

// Looks at the paths alone: nothing is made, locked or opened for writing, so a store may be in use
// there. FAILED_PRECONDITION kFileMissing, kFilePermissions or kFileInvalid, naming the field of
// the configuration, when the folder, the folder above one that is to be made, or the file of the
// head (empty: none) cannot be what they are to be.
absl::Status CheckStorePlace(const std::string& folder, const std::string& head_file);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_STORE_PLACE_H_

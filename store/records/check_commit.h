// What every Store refuses to write.
#ifndef FLEETCA_STORE_RECORDS_CHECK_COMMIT_H_
#define FLEETCA_STORE_RECORDS_CHECK_COMMIT_H_

#include "absl/status/status.h"
#include "store/store.h"

namespace fleetca::store {

// INTERNAL kInternal when `commit` breaks Store's contract: a record that CheckRecord refuses, a
// hash that is not 32 octets, a use that does not count itself, a use whose certificate is not
// among those of the commit.
absl::Status CheckCommit(const Commit& commit);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_CHECK_COMMIT_H_

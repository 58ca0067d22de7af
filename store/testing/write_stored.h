// A write of which all is stored, for tests.
#ifndef FLEETCA_STORE_TESTING_WRITE_STORED_H_
#define FLEETCA_STORE_TESTING_WRITE_STORED_H_

#include "absl/status/status.h"
#include "store/store.h"

namespace fleetca::store {

// The error of the write, or FAILED_PRECONDITION when one of the certificates was not stored.
absl::Status WriteStored(Store& store, const Commit& commit);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_WRITE_STORED_H_

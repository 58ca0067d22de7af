// The store's folders.
#ifndef FLEETCA_STORE_ROCKSDB_FOLDER_H_
#define FLEETCA_STORE_ROCKSDB_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::store {

// UNAVAILABLE kStoreUnavailable: "<what> <path>: <errno's text>", and whose file it is where that
// is in the way.
absl::Status FileError(absl::string_view what, absl::string_view path, int error);

// Makes the folder with mode 0700, and its name durable, unless there is one.
absl::Status MakeFolder(const std::string& path);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_FOLDER_H_

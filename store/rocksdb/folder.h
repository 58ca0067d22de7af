// The store's folders.
#ifndef FLEETCA_STORE_ROCKSDB_FOLDER_H_
#define FLEETCA_STORE_ROCKSDB_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::store {

// FileErrorText (base/file_status.h) as UNAVAILABLE kStoreUnavailable, and whose file it is where
// that is in the way: a disk that fails comes back.
absl::Status StoreFileError(absl::string_view action, absl::string_view path, int error);

// Makes the folder with mode 0700, and its name durable, unless there is one.
absl::Status MakeFolder(const std::string& path);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_FOLDER_H_

// The small files beside the database, and the folder they are in.
#ifndef FLEETCA_STORE_DURABLE_FILE_H_
#define FLEETCA_STORE_DURABLE_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::store {

// UNAVAILABLE kStoreUnavailable: "<what> <path>: <errno's text>".
absl::Status FileError(absl::string_view what, absl::string_view path, int error);

// Makes the folder with mode 0700, and its name durable, unless there is one.
absl::Status MakeFolder(const std::string& path);

// Makes the names in the folder durable.
absl::Status SyncFolder(const std::string& path);

// The file's contents; nullopt when there is no such file.
absl::StatusOr<std::optional<std::string>> ReadFileIfPresent(const std::string& path);

// Replaces the file `name` in `folder`, mode 0600. When this returns OK it is on stable storage;
// after a crash before that, the file is the old one or the new one.
absl::Status ReplaceFile(const std::string& folder, const std::string& name,
                         absl::string_view contents);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_DURABLE_FILE_H_

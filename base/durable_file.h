// Writing files that outlast a crash of the machine.
#ifndef FLEETCA_BASE_DURABLE_FILE_H_
#define FLEETCA_BASE_DURABLE_FILE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"

namespace fleetca {

// Every function here is thread-safe. Those that return a status fail as FileError does
// (base/file_status.h). Those that return a number return 0 or an errno, for callers whose errors
// have reasons of their own.

// Writes `contents` to a new temporary file beside `path`, syncs it, renames it over `path` and
// syncs the folder: after a crash there is the old file or the new one, never a part. `mode` as in
// chmod.
[[nodiscard]] absl::Status WriteFileAtomic(absl::string_view path, absl::string_view contents,
                                           mode_t mode);

// As WriteFileAtomic, for one of many files: durable once SyncFileSystemOf has returned, and until
// then gone, old, or damaged after a crash of the machine, but not of this process.
[[nodiscard]] absl::Status WriteFileUnsynced(absl::string_view path, absl::string_view contents,
                                             mode_t mode);

// Makes all that was written to the file system of `path` durable.
[[nodiscard]] int SyncFileSystemOf(absl::string_view path);

// As WriteFileAtomic, but an existing `path` is an error (ALREADY_EXISTS, kFileInvalid) and is left
// as it is: keys are never overwritten.
[[nodiscard]] absl::Status WriteNewFile(absl::string_view path, absl::string_view contents,
                                        mode_t mode);

// Makes an empty file and its name durable, for contents that come bit by bit: the caller writes
// them and syncs them. An existing `path` is an error, as for WriteNewFile.
[[nodiscard]] absl::StatusOr<Descriptor> CreateNewFile(absl::string_view path, mode_t mode);

// Gives the file or folder `from` the name `to` in the same folder, durably. A file, or an empty
// folder, that has this name is replaced.
[[nodiscard]] int RenameDurably(const std::string& from, const std::string& to);

// Makes the names in the folder that holds `path` durable.
[[nodiscard]] int SyncFolderOf(absl::string_view path);

// Writes all of `contents` to the open descriptor, and does not sync it.
[[nodiscard]] int WriteAll(int descriptor, absl::string_view contents);

// The folder that holds `path`: "a" for "a/b", "." for "b", "/" for "/b".
std::string FolderOf(absl::string_view path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_DURABLE_FILE_H_

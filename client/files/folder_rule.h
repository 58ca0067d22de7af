// Whose a folder is that this process keeps its files in.
#ifndef FLEETCA_CLIENT_FILES_FOLDER_RULE_H_
#define FLEETCA_CLIENT_FILES_FOLDER_RULE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"

namespace fleetca::client {

// Whether nobody else can change what is in the folder, which is open as `folder`: it belongs to
// this process's user, to root or to `other`, and others may not write to it.
// FAILED_PRECONDITION kFilePermissions where that is not so; the errors of FileError
// (base/file_status.h). Thread-safe.
absl::Status CheckFolderIsOurs(const std::string& path, int folder,
                               uid_t other = static_cast<uid_t>(-1));

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_FOLDER_RULE_H_

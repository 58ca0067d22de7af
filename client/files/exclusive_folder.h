// A folder of this process alone.
#ifndef FLEETCA_CLIENT_FILES_EXCLUSIVE_FOLDER_H_
#define FLEETCA_CLIENT_FILES_EXCLUSIVE_FOLDER_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/descriptor.h"
#include "client/files/disk_steps.h"

namespace fleetca::client {

// Opens the folder, which is made with mode 0755 where there is none, and locks it (flock(2)): as
// long as the descriptor is open, this function refuses the folder to everyone else.
// FAILED_PRECONDITION: kFileInvalid where it is a link or no folder, or somebody has it;
// kFilePermissions where it is another user's (root's is not), or others may write to it; the
// errors of FileError (base/file_status.h). Thread-safe.
absl::StatusOr<Descriptor> OpenExclusively(const std::string& path, const BeforeStep& before);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_EXCLUSIVE_FOLDER_H_

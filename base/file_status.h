// What a failed system call on a file is to the user.
#ifndef FLEETCA_BASE_FILE_STATUS_H_
#define FLEETCA_BASE_FILE_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// `message` with the reason that `error`, an errno, stands for: FAILED_PRECONDITION kFileMissing,
// kFilePermissions or kFileInvalid, and ALREADY_EXISTS kFileInvalid, with what to do, where there
// is a file already. Thread-safe.
absl::Status FileStatus(int error, absl::string_view message);

}  // namespace fleetca

#endif  // FLEETCA_BASE_FILE_STATUS_H_

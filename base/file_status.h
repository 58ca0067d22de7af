// What a failed system call on a file is to the user.
#ifndef FLEETCA_BASE_FILE_STATUS_H_
#define FLEETCA_BASE_FILE_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// "Cannot ACTION PATH: Permission denied" and then `more`, which begins with "; ". The path is
// escaped (base/display_escape.h). `error` is an errno. Thread-safe.
std::string FileErrorText(absl::string_view action, absl::string_view path, int error,
                          absl::string_view more = "");

// The same as a status, with what to do where `more` is empty and the error does not say it itself:
// there is a file already, a full disk, a file system for reading only. `error` decides the reason:
// FAILED_PRECONDITION kFileMissing, kFilePermissions or kFileInvalid, and ALREADY_EXISTS
// kFileInvalid where there is a file already. Thread-safe.
[[nodiscard]] absl::Status FileError(absl::string_view action, absl::string_view path, int error,
                                     absl::string_view more = "");

}  // namespace fleetca

#endif  // FLEETCA_BASE_FILE_STATUS_H_

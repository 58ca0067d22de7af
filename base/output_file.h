// Writing what a user asked for to where the user said.
#ifndef FLEETCA_BASE_OUTPUT_FILE_H_
#define FLEETCA_BASE_OUTPUT_FILE_H_

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// Writes all of `contents` to `path`, for data that is not a secret. A device, a pipe and what
// /dev/stdout or /dev/fd/N names are written to; a symbolic link is followed; a file is made, or
// replaced, as by WriteFileAtomic, with `mode`. Refused, before anything is written: a directory,
// a socket, and a file that holds a private key, which nobody can give back. Errors are those of
// WriteFileAtomic.
absl::Status WriteOutput(absl::string_view path, absl::string_view contents, mode_t mode);

// FAILED_PRECONDITION kFileInvalid when the file at `path` holds a private key in PEM;
// kFilePermissions when it may not be read, so that nobody can tell. OK where there is none.
absl::Status CheckHoldsNoKey(absl::string_view path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_FILE_H_

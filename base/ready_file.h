// The file in which a server says that it answers, and where, for scripts that wait for it.
#ifndef FLEETCA_BASE_READY_FILE_H_
#define FLEETCA_BASE_READY_FILE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// Such a file has a line for each port: "8443", "http 127.0.0.1:9102". It is removed before a
// server has read anything, so a path that was mistyped would cost the user the key or the
// configuration that is there. Thread-safe.

// OK where the path has no file, an empty file, a file that a server wrote, or a stream, which
// loses nothing by being written into. FAILED_PRECONDITION: kFileInvalid for every other file, and
// the errors of FindOutputPlace and ReadRegularFile.
absl::Status CheckMayBeReadyFile(absl::string_view path);

// `lines` in the place of what CheckMayBeReadyFile allows. The errors of that and of WriteOutput.
absl::Status WriteReadyLines(absl::string_view path, absl::string_view lines);

// Takes away what CheckMayBeReadyFile allows; links and streams stay. The errors of that and of
// RemoveOutput.
absl::Status RemoveReadyLines(absl::string_view path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_READY_FILE_H_

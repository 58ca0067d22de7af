// Writing what a user asked for to where the user said: the one rule for every path that is
// written.
#ifndef FLEETCA_BASE_OUTPUT_FILE_H_
#define FLEETCA_BASE_OUTPUT_FILE_H_

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// Which regular file may have its place taken.
enum class Replace {
  kNothing,
  kAllButKeys,        // neither a private key nor a keystore (base/key_holder.h)
  kAllButSingleKeys,  // a keystore too, by another one
  kAnything,
};

// At once, or for one of many files after SyncFileSystemOf (base/durable_file.h). A file that
// replaces nothing is durable at once.
enum class Durable { kAtOnce, kLater };

// Writes all of `contents` to `path`. "-", a device, a pipe, a socket and what /dev/stdout or
// /dev/fd/N names are written to; a symbolic link is followed and stays; a file is made, or
// replaced as by WriteFileAtomic, with `mode`. Refused, before anything is written: a directory, a
// disk, and a file whose place may not be taken. Errors are those of WriteFileAtomic and, where
// there is a file already and `replace` is kNothing, ALREADY_EXISTS kFileInvalid. Thread-safe.
absl::Status WriteOutput(absl::string_view path, absl::string_view contents, mode_t mode,
                         Replace replace = Replace::kAllButKeys,
                         Durable durable = Durable::kAtOnce);

// Takes away the file that WriteOutput makes: links, and what is written through, stay. OK where
// there is none.
absl::Status RemoveOutput(absl::string_view path);

// FAILED_PRECONDITION kFileInvalid when the file at `path` holds a private key that `replace`
// spares; kFilePermissions when it may not be read, so that nobody can tell. OK where there is
// none.
absl::Status CheckHoldsNoKey(absl::string_view path, Replace replace = Replace::kAllButKeys);

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_FILE_H_

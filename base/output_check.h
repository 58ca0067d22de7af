// Whether files can be written, asked before something is spent on what goes into them.
#ifndef FLEETCA_BASE_OUTPUT_CHECK_H_
#define FLEETCA_BASE_OUTPUT_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// A token that was used up is not given back because a path was mistyped, so every command that
// spends something asks these first. They write a small file beside `path` and remove it, which
// finds a folder that is missing or closed, a full disk and a name that is too long; what becomes
// of the disk afterwards they cannot know. Errors are those of WriteOutput and WriteNewFile.

// As WriteOutput (base/output_file.h): a stream that may be written to, or a file that is new or
// may be replaced, which one that holds a private key may not. Streams are not opened.
absl::Status CheckCanWrite(absl::string_view path);

// As WriteNewFile: there must be nothing yet.
absl::Status CheckCanWriteNew(absl::string_view path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_CHECK_H_

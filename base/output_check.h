// Whether files can be written, asked before something is spent on what goes into them.
#ifndef FLEETCA_BASE_OUTPUT_CHECK_H_
#define FLEETCA_BASE_OUTPUT_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/output_file.h"

namespace fleetca {

// What a command does once its outputs can be written, and so has not done when one cannot.
enum class NextStep {
  kAskServer,  // a request, which may use up a token
  kMakeHere,   // work on this machine alone
};

// The end of an error's sentence: "nothing was asked for yet", "nothing was written".
absl::string_view NothingDone(NextStep next);

// A token that was used up is not given back because a path was mistyped, so every command that
// spends something asks this first: whether WriteOutput could write to `path`, a stream that may be
// written to, or a file that is new or may be replaced. Streams are not opened. A small file is
// written beside a file and removed, which finds a folder that is missing or closed, a full disk
// and a name that is too long; what becomes of the disk afterwards nobody can know. Errors are
// those of WriteOutput, and end with NothingDone(next).
absl::Status CheckCanWrite(absl::string_view path, Replace replace = Replace::kAllButKeys,
                           NextStep next = NextStep::kAskServer);

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_CHECK_H_

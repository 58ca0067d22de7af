// How a program of ours ends: its exit code, and what standard error says of it.
#ifndef FLEETCA_BASE_EXIT_STATUS_H_
#define FLEETCA_BASE_EXIT_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// Scripts rely on these.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  // the operation failed
inline constexpr int kExitUsage = 2;   // the command line was not understood

// The reason of a command line that was not understood, in an error that is JSON. It is none of
// base/reasons.h, because no server ever sends it.
inline constexpr absl::string_view kUsageReason = "USAGE";

// What an error is on standard error: lines for people, or one object in one line.
enum class ErrorForm { kText, kJson };

// For the whole process; text before it is called.
void SetErrorForm(ErrorForm form);
ErrorForm GetErrorForm();

// The message of an error as it may go to a terminal: escaped but for its line breaks
// (EscapeLinesForDisplay of base/display_escape.h), as part of it may come from a file or a peer.
// Where it is a value among lines of other matters, which a line break in it could forge, the value
// is its EscapeForDisplay.
std::string PrintableMessage(const absl::Status& status);

// Writes the error to standard error and returns kExitFailed; for OK returns kExitOk. As text it is
// the message, "fleetca: " before each of its lines. As JSON it is
// {"code": "INVALID_ARGUMENT", "reason": "CSR_MALFORMED", "field": "csr", "message": "..."}, where
// reason and field are left out that the error does not have; the field of an error about a file is
// how its path was given (base/named_paths.h). Thread-safe, as all that follow.
int ReportStatus(const absl::Status& status);

// The same for a command line that is wrong: returns kExitUsage. `flag` is the one to blame, which
// JSON names as the field; where it is empty, that is the one with which the sentence begins.
int ReportUsageError(absl::string_view message, absl::string_view flag = "");

// A sentence on standard error that is not an error, of one line: escaped, with its line breaks.
// Where errors are JSON it is held back, so that standard error holds nothing but the one object:
// it is in the array "notes" of the next error that is reported, or written by FlushNotes.
void SayNote(absl::string_view sentence);

// Writes what SayNote has held back, a line each. For the end of a command that succeeded.
void FlushNotes();

}  // namespace fleetca

#endif  // FLEETCA_BASE_EXIT_STATUS_H_

// How a program of ours ends: its exit code, and the sentence on standard error that explains it.
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

// The message of an error as it may go to a terminal: control characters other than line breaks are
// escaped, as part of it may come from a file or a peer.
std::string PrintableMessage(const absl::Status& status);

// Writes the message to standard error, "fleetca: " before each of its lines, and returns
// kExitFailed; for OK writes nothing and returns kExitOk.
int ReportStatus(const absl::Status& status);

// The same for a command line that is wrong: returns kExitUsage.
int ReportUsageError(absl::string_view message);

}  // namespace fleetca

#endif  // FLEETCA_BASE_EXIT_STATUS_H_

// Where a shell looks for a user's own completions.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_PLACE_H_
#define FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_PLACE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/manual/shell.h"

namespace fleetca::client {

// The name that the shell looks for: "fleetca", "_fleetca", "fleetca.fish".
[[nodiscard]] std::string CompletionFileName(Shell shell);

// The folder below XDG_DATA_HOME (fish: XDG_CONFIG_HOME), or below ~/.local/share (~/.config) where
// that is not set; bash's BASH_COMPLETION_USER_DIR goes first. FAILED_PRECONDITION kConfigInvalid
// where HOME is needed and not set.
absl::StatusOr<std::string> CompletionFolder(Shell shell);

// What the user does next, so that the shell reads a script in `folder`, as a sentence.
[[nodiscard]] std::string CompletionNextStep(Shell shell, const std::string& folder);

// OK where there is no file, and where it is a script of ours. ALREADY_EXISTS kFileInvalid for any
// other; the errors of ReadFile (base/file.h).
absl::Status CheckOwnScript(const std::string& file);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_COMPLETION_PLACE_H_

// The files that `cert issue --out-dir` writes, and which of those that are there it may replace.
#ifndef FLEETCA_CLIENT_CLI_FOLDER_OUTPUTS_H_
#define FLEETCA_CLIENT_CLI_FOLDER_OUTPUTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/cli/folder_requests.h"

namespace fleetca::client {

// Which files that are there a run may replace, beside what --force allows.
enum class FolderReplace {
  kNothing,
  // A run that goes on with an earlier one: certificates for the key of the CSR, which that run may
  // have written.
  kSameKey,
  // --force: everything but private keys.
  kAllButKeys,
};

// Whether WriteFolderOutput could write for all whose CSR was read, asked before the CA is. Writes
// a file to probe each folder that outputs lead to, and not for each output. Errors are those of
// CheckOutputs (client/cli/terminal/command_files.h).
absl::Status CheckFolderOutputs(const std::vector<FolderRequest>& requests, FolderReplace replace);

// Writes `pem`, which is durable after SyncFileSystemOf alone. Errors are those of WriteOutput:
// ALREADY_EXISTS for a file that came after the check and may not be replaced.
absl::Status WriteFolderOutput(const FolderRequest& request, absl::string_view pem,
                               FolderReplace replace);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FOLDER_OUTPUTS_H_

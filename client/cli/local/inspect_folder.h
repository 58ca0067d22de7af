// What `cert inspect` says of a folder.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECT_FOLDER_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECT_FOLDER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/local/inspected.h"

namespace fleetca::client {

// More files than this are too many for a table.
inline constexpr size_t kMaxInspectedFiles = 10000;

// A table of the files in `folder` itself that hold certificates, in the order of their names:
// whose the first certificate is, its names, when it ends, and what else is there or cannot be
// read. Files that hold nothing of the kind, such as a README, are left out, as are folders in it
// and pipes. The PEM is that of all certificates, the JSON an array. FAILED_PRECONDITION: the
// errors of a folder that cannot be read; kFileInvalid for one without a certificate and over
// kMaxInspectedFiles.
absl::StatusOr<Inspected> InspectFolder(const std::string& folder, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECT_FOLDER_H_

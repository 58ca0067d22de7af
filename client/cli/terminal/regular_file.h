// Reading a file that this program keeps for itself, which somebody else may have put there.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_REGULAR_FILE_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_REGULAR_FILE_H_

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"
#include "base/secret.h"

namespace fleetca::client {

// What `path` leads to; with kNo a link at its end is refused.
enum class FollowLink { kYes, kNo };

// The whole file at `path`, once `check` agrees. A pipe is not waited for: what is no regular file
// is refused, and `check` sees regular files alone. FAILED_PRECONDITION: kFileMissing; kFileInvalid
// for a link that is not followed, for what is no regular file and for more than kMaxFileBytes;
// kFilePermissions. Thread-safe.
absl::StatusOr<SecretBytes> ReadRegularFile(const std::string& path, FollowLink follow,
                                            FileCheck check);

// ssh's rule for a configuration: the file belongs to root or to the user that runs this process,
// and neither its group nor others may write it. FAILED_PRECONDITION kFilePermissions says what
// mends it.
absl::Status CheckOwnFile(const std::string& path, const struct stat& info);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_REGULAR_FILE_H_

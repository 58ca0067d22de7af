// Reading small files whole.
#ifndef FLEETCA_BASE_FILE_H_
#define FLEETCA_BASE_FILE_H_

#include <sys/stat.h>

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca {

// The largest file these functions read: configuration, keys and certificates are far smaller.
inline constexpr size_t kMaxFileBytes = size_t{16} << 20;

// Errors are FAILED_PRECONDITION and name the path: an operator must change something first.

// The whole file at `path`; "-" is standard input. kFileMissing; kFileInvalid when it is a
// directory, larger than kMaxFileBytes, or cannot be read; kFilePermissions.
absl::StatusOr<std::string> ReadFile(absl::string_view path);

// As ReadFile, for a long-running program, which no file may keep waiting: a pipe without a writer
// would. Anything but a regular file is kFileInvalid. `flags` are added to those of open(2), as in
// ReadCheckedFile; "-" is an ordinary name. At most `max_bytes`. Thread-safe.
absl::StatusOr<std::string> ReadRegularFile(absl::string_view path, int flags = 0,
                                            size_t max_bytes = kMaxFileBytes);

// As ReadFile, for a file that holds a secret: refused with kFilePermissions where it breaks the
// rule of base/secret_file_rule.h. Standard input is taken from whoever opened it.
absl::StatusOr<SecretBytes> ReadSecretFile(absl::string_view path);

// As ReadSecretFile, for a file in the folder that systemd makes for a service's credentials, where
// an ACL shows as a group that can read.
absl::StatusOr<SecretBytes> ReadCredentialFile(absl::string_view path);

// Whether the open file may be believed.
using FileCheck = absl::FunctionRef<absl::Status(int descriptor, const struct stat& info)>;

// The whole file at `path`, of which no copy is left in memory, once `check` agrees. It is opened
// with `flags` of open(2), and without waiting for a pipe's writer: `check` refuses whatever is no
// regular file. FAILED_PRECONDITION: the errors of `check`; kFileMissing; kFilePermissions;
// kFileInvalid for a link where `flags` has O_NOFOLLOW, for a file that grows, and for more than
// kMaxFileBytes. Thread-safe.
absl::StatusOr<SecretBytes> ReadCheckedFile(absl::string_view path, int flags, FileCheck check);

}  // namespace fleetca

#endif  // FLEETCA_BASE_FILE_H_

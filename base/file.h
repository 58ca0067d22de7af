// Reading small files whole.
#ifndef FLEETCA_BASE_FILE_H_
#define FLEETCA_BASE_FILE_H_

#include <string>

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

// As ReadFile, for a file that holds a secret: refused with kFilePermissions unless it is a regular
// file of this user or root that no other user and no group can read or write. A group may read
// what is root's where this user is not root: so a service gets a secret that it does not own (a
// Kubernetes Secret with fsGroup).
absl::StatusOr<SecretBytes> ReadSecretFile(absl::string_view path);

// As ReadSecretFile, for a file in the folder that systemd makes for a service's credentials. There
// systemd may grant the service's user access by an ACL, which shows as a group that can read, so
// that one bit is accepted; the folder itself is closed to others.
absl::StatusOr<SecretBytes> ReadCredentialFile(absl::string_view path);

}  // namespace fleetca

#endif  // FLEETCA_BASE_FILE_H_

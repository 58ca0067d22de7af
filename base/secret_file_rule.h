// Who may see and change a file for it to be taken as a secret of this process.
#ifndef FLEETCA_BASE_SECRET_FILE_RULE_H_
#define FLEETCA_BASE_SECRET_FILE_RULE_H_

#include <sys/stat.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// The rule for keys, tokens and passphrases:
//
//   - a regular file, that belongs to root or to the user that runs this process;
//   - that nobody but its owner may write;
//   - that its owner alone may read, with two exceptions:
//       a file of root's may be read by a group, as root lends secrets by groups (0640; PostgreSQL
//       has the same rule), such as in Kubernetes' volumes with fsGroup;
//       on a tmpfs that is mounted read-only, a file may be read by everybody: whoever mounted it
//       there decided who gets to see it, and nobody here could close it. So Kubernetes mounts
//       Secrets and projected service account tokens (0644). Other read-only mounts do not count:
//       they may show files of the host, which its users read by another path.
//
// A link is judged by what it leads to.
struct SecretFileFacts {
  struct stat info;
  bool read_only_mount = false;
  // systemd may grant a service's user a credential by an ACL, which shows as a group that can
  // read; the folder around it is closed to others.
  bool is_credential = false;
};

// FAILED_PRECONDITION kFilePermissions: says which part of the rule the file at `path` breaks, and
// what mends it where the file is. Thread-safe.
absl::Status CheckSecretFile(const SecretFileFacts& file, absl::string_view path);

// Whether an open file is on a tmpfs that is mounted read-only.
bool IsOnReadOnlyMount(int descriptor);

}  // namespace fleetca

#endif  // FLEETCA_BASE_SECRET_FILE_RULE_H_

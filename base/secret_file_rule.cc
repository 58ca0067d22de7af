#include "base/secret_file_rule.h"

#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/errors.h"

namespace fleetca {
namespace {

absl::Status Broken(absl::string_view path, absl::string_view what) {
  return FailedPrecondition(Reason::kFilePermissions, absl::StrCat(path, " holds a secret ", what));
}

// What is wrong with the mode; "" where nothing is.
std::string WrongWith(const SecretFileFacts& file) {
  const mode_t mode = file.info.st_mode;
  if ((mode & S_IWOTH) != 0) {
    return "everybody may write it";
  }
  if ((mode & S_IWGRP) != 0) {
    return "its group may write it";
  }
  if (file.read_only_mount) {
    return "";
  }
  if ((mode & S_IROTH) != 0) {
    return "everybody may read it, and it is not on a tmpfs that is mounted read-only";
  }
  const bool lent = file.info.st_uid == 0 || file.is_credential;
  return (mode & S_IRGRP) != 0 && !lent ? "its group may read it" : "";
}

// What can be done about it, by those who can.
std::string Remedy(const SecretFileFacts& file, absl::string_view path) {
  if (file.read_only_mount) {
    return "it is on a tmpfs that is mounted read-only, so change it where it comes from: in "
           "Kubernetes by the "
           "volume's defaultMode: 0440";
  }
  if (file.info.st_uid == geteuid()) {
    return absl::StrCat("run: chmod 0600 ", path);
  }
  return absl::StrCat(
      "root can give it to a group of this user alone: chgrp GROUP ", path, " && chmod 0640 ", path,
      " (in Kubernetes: readOnly: true for the mount, or securityContext.fsGroup and "
      "defaultMode: 0440)");
}

}  // namespace

absl::Status CheckSecretFile(const SecretFileFacts& file, absl::string_view path) {
  if (!S_ISREG(file.info.st_mode)) {
    return Broken(path, "and must be a regular file, not a pipe or a device");
  }
  if (file.info.st_uid != geteuid() && file.info.st_uid != 0) {
    return Broken(path, absl::StrCat("but belongs to user ", file.info.st_uid,
                                     "; it must belong to root or to the user that runs this "
                                     "process, ",
                                     geteuid()));
  }
  const std::string wrong = WrongWith(file);
  if (wrong.empty()) {
    return absl::OkStatus();
  }
  return Broken(path, absl::StrFormat("but %s (mode %04o); %s", wrong, file.info.st_mode & 07777,
                                      Remedy(file, path)));
}

// A mount alone closes nothing: a service whose file system is read-only (systemd's ProtectSystem,
// a container's read-only root, a bind mount of a host's folder) sees files of the host, and users
// of the host can read these files by another mount. A file on a tmpfs was put there for the
// service that the tmpfs is mounted for.
bool IsOnReadOnlyMount(int descriptor) {
  struct statvfs around;
  struct statfs kind;
  return fstatvfs(descriptor, &around) == 0 && (around.f_flag & ST_RDONLY) != 0 &&
         fstatfs(descriptor, &kind) == 0 && kind.f_type == TMPFS_MAGIC;
}

}  // namespace fleetca

#include "client/agent/config/writers_rule.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/config/config_reader.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

absl::Status Refused(const std::string& what) {
  return FailedPrecondition(Reason::kFilePermissions, what);
}

// Root, the user, and whose the root of the file system is: in a namespace of users root shows as
// another one.
bool IsTrusted(uid_t owner, uid_t user) {
  struct stat root;
  return owner == 0 || owner == user || (stat("/", &root) == 0 && owner == root.st_uid);
}

// A volume that is mounted for reading alone, as Kubernetes mounts ConfigMaps: their folder is open
// to all (0777), and here nobody writes to it. Not a folder within such a mount, which is one of
// the machine's where the file system is read-only for this service alone (ProtectSystem=strict).
bool IsReadOnlyVolume(const std::string& folder) {
  struct statx info;
  struct statvfs around;
  return statx(AT_FDCWD, folder.c_str(), 0, STATX_BASIC_STATS, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 &&
         statvfs(folder.c_str(), &around) == 0 && (around.f_flag & ST_RDONLY) != 0;
}

bool OthersMayWrite(const std::string& path, const struct stat& info) {
  const bool group = (info.st_mode & S_IWGRP) != 0 && info.st_gid != 0;
  if (!group && (info.st_mode & S_IWOTH) == 0) {
    return false;
  }
  // In a folder with the sticky bit nobody renames or removes what is another's.
  return !S_ISDIR(info.st_mode) || ((info.st_mode & S_ISVTX) == 0 && !IsReadOnlyVolume(path));
}

// Of the file, or of a folder on the way to it.
absl::Status CheckOne(const std::string& one, const std::string& file, uid_t user) {
  struct stat info;
  if (stat(one.c_str(), &info) != 0) {
    return absl::OkStatus();  // who reads it says what is wrong
  }
  const bool is_file = one == file;
  const std::string so = is_file ? ", and the agent obeys it"
                                 : absl::StrCat(" and put another file in the place of ", file,
                                                ", which the agent obeys");
  if (!IsTrusted(info.st_uid, user)) {
    return Refused(absl::StrCat(one, " belongs to user ", info.st_uid, ", who may write it", so,
                                is_file ? absl::StrCat("; run: chown root ", one)
                                        : "; keep it in a folder of root's, such as /etc/fleetca"));
  }
  if (OthersMayWrite(one, info)) {
    return Refused(
        absl::StrFormat("Others than its owner may write %s (mode %04o)%s; run: chmod "
                        "go-w %s",
                        one, info.st_mode & 07777, so, one));
  }
  return absl::OkStatus();
}

absl::Status CheckFoldersTo(const std::filesystem::path& file, uid_t user) {
  std::filesystem::path folder;
  for (const std::filesystem::path& part : file) {
    folder /= part;
    FLEETCA_RETURN_IF_ERROR(CheckOne(folder.string(), file.string(), user));
  }
  return absl::OkStatus();
}

absl::Status CheckNamed(const std::string& field, const std::string& path, uid_t user) {
  const absl::Status checked = path.empty() ? absl::OkStatus() : CheckWriters(path, user);
  return checked.ok() ? checked
                      : FailedPrecondition(Reason::kFilePermissions, field,
                                           absl::StrCat(field, ": ", checked.message()));
}

}  // namespace

absl::Status CheckWriters(const std::string& path, uid_t user) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error).lexically_normal();
  if (error) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(CheckFoldersTo(absolute, user));
  const std::filesystem::path real = std::filesystem::canonical(absolute, error);
  return error || real == absolute ? absl::OkStatus() : CheckFoldersTo(real, user);
}

absl::Status CheckConfigWriters(const std::string& path) {
  if (geteuid() == 0) {
    return CheckWriters(path, 0);
  }
  struct stat info;
  if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IWOTH) != 0) {
    return Refused(absl::StrFormat(
        "Everybody may write %s (mode %04o), and the agent obeys it; run: chmod go-w %s", path,
        info.st_mode & 07777, path));
  }
  return absl::OkStatus();
}

absl::Status CheckNamedWriters(const AgentOptions& options) {
  if (geteuid() != 0) {
    return absl::OkStatus();
  }
  const uid_t user = options.run_as.has_value() ? options.run_as->user : 0;
  FLEETCA_RETURN_IF_ERROR(CheckNamed("ca.root_file", options.root_file, user));
  for (size_t i = 0; i < options.identities.size(); ++i) {
    const std::string identity = At("identities", static_cast<int>(i));
    const std::vector<HookOptions>& hooks = options.identities[i].hooks;
    for (size_t h = 0; h < hooks.size(); ++h) {
      // A name without a slash is looked for in folders of the machine's (program_run.cc).
      if (!hooks[h].exec.empty() && absl::StrContains(hooks[h].exec[0], "/")) {
        const std::string hook = At(Below(identity, "hooks"), static_cast<int>(h));
        FLEETCA_RETURN_IF_ERROR(CheckNamed(At(Below(hook, "exec"), 0), hooks[h].exec[0], user));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

#include "client/files/folder_rule.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"

namespace fleetca::client {
namespace {

constexpr mode_t kWrittenByOthers = 0022;

}  // namespace

absl::Status CheckFolderIsOurs(const std::string& path, int folder, uid_t other) {
  struct stat info;
  if (fstat(folder, &info) != 0) {
    return FileError("read", path, errno);
  }
  if (info.st_uid != geteuid() && info.st_uid != 0 && info.st_uid != other) {
    return FailedPrecondition(Reason::kFilePermissions,
                              absl::StrCat(path,
                                           " belongs to another user, who could change what is "
                                           "kept there; name a folder of this user"));
  }
  if ((info.st_mode & kWrittenByOthers) != 0) {
    return FailedPrecondition(Reason::kFilePermissions,
                              absl::StrCat("Others than its owner may write to ", path,
                                           ", and could change what is kept there; chmod go-w ",
                                           path, ", or name a folder in it, which is made"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

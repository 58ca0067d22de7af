#include "client/files/exclusive_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/files/folder_rule.h"

namespace fleetca::client {
namespace {

constexpr mode_t kFolderMode = 0755;

absl::Status FolderInvalid(absl::string_view path, absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(path, " ", problem));
}

}  // namespace

absl::StatusOr<Descriptor> OpenExclusively(const std::string& path, const BeforeStep& before) {
  DiskSteps steps(before);
  bool made = false;
  steps.Do("make the folder", [&] {
    made = mkdir(path.c_str(), kFolderMode) == 0;
    return made || errno == EEXIST ? 0 : -1;
  });
  if (steps.error() != 0) {
    return FileError("make", path, steps.error());
  }
  Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) {
    return errno == ENOTDIR || errno == ELOOP
               ? FolderInvalid(path, "is a link, or no folder; name the folder itself")
               : FileError("open", path, errno);
  }
  if (made) {
    // Whatever the umask is.
    steps.Do("open the folder to readers", [&] { return fchmod(folder.get(), kFolderMode); });
  }
  steps.Do("sync the folder around it", [&] {
    errno = SyncFolderOf(path);
    // Of a folder that was there, an earlier process may have made the name durable already.
    return errno == 0 || !made ? 0 : -1;
  });
  if (steps.error() != 0) {
    return FileError("make", path, steps.error());
  }
  FLEETCA_RETURN_IF_ERROR(CheckFolderIsOurs(path, folder.get()));
  if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK
               ? FolderInvalid(path,
                               "is in use by another process; stop it, or name another folder")
               : FileError("lock", path, errno);
  }
  return folder;
}

}  // namespace fleetca::client

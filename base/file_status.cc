#include "base/file_status.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {

absl::Status FileStatus(int error, absl::string_view message) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return FailedPrecondition(Reason::kFileMissing, message);
    case EACCES:
    case EPERM:
    case EROFS:
      return FailedPrecondition(Reason::kFilePermissions, message);
    case EEXIST:
      return AlreadyExists(Reason::kFileInvalid, "",
                           absl::StrCat(message, "; move it away or name another"));
    default:
      return FailedPrecondition(Reason::kFileInvalid, message);
  }
}

}  // namespace fleetca

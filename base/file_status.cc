#include "base/file_status.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {

std::string FileErrorText(absl::string_view action, absl::string_view path, int error,
                          absl::string_view more) {
  return absl::StrCat("Cannot ", action, " ", path, ": ", std::generic_category().message(error),
                      more);
}

absl::Status FileError(absl::string_view action, absl::string_view path, int error,
                       absl::string_view more) {
  const std::string message = FileErrorText(action, path, error, more);
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

#include "base/file_status.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/errors.h"

namespace fleetca {
namespace {

// What to do where the error alone does not say it.
absl::string_view Remedy(absl::string_view action, int error) {
  switch (error) {
    case ENOENT:
      return action == "make"                    ? "; make the folder around it first"
             : absl::StartsWith(action, "write") ? "; look at the path, or make the folder first"
                                                 : "; look at the path";
    case ENOTDIR:
      return "; look at the path: what it has as a folder is none";
    case EISDIR:
      return "; name a file";
    case EACCES:
    case EPERM:
      return "; run this as a user who may, or have its owner allow it";
    case EEXIST:
      return "; move it away or name another";
    case ENOSPC:
    case EDQUOT:
      return "; make room there";
    case EROFS:
      return "; mount that file system for writing, or name another place";
    default:
      return "";
  }
}

}  // namespace

std::string FileErrorText(absl::string_view action, absl::string_view path, int error,
                          absl::string_view more) {
  return absl::StrCat("Cannot ", action, " ", EscapeForDisplay(path), ": ",
                      std::generic_category().message(error), more);
}

absl::Status FileError(absl::string_view action, absl::string_view path, int error,
                       absl::string_view more) {
  const std::string message =
      FileErrorText(action, path, error, more.empty() ? Remedy(action, error) : more);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return FailedPrecondition(Reason::kFileMissing, message);
    case EACCES:
    case EPERM:
    case EROFS:
      return FailedPrecondition(Reason::kFilePermissions, message);
    case EEXIST:
      return AlreadyExists(Reason::kFileInvalid, "", message);
    default:
      return FailedPrecondition(Reason::kFileInvalid, message);
  }
}

}  // namespace fleetca

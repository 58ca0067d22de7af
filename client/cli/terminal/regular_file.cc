#include "client/cli/terminal/regular_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {

absl::StatusOr<SecretBytes> ReadRegularFile(const std::string& path, FollowLink follow,
                                            FileCheck check) {
  return ReadCheckedFile(
      path, follow == FollowLink::kNo ? O_NOFOLLOW : 0,
      [&path, check](int descriptor, const struct stat& info) {
        return S_ISREG(info.st_mode)
                   ? check(descriptor, info)
                   : FailedPrecondition(
                         Reason::kFileInvalid,
                         absl::StrCat("Cannot read ", path,
                                      ": it must be a regular file, not a pipe, a device or a "
                                      "folder; remove it"));
      });
}

absl::Status CheckOwnFile(const std::string& path, const struct stat& info) {
  if (info.st_uid != geteuid() && info.st_uid != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(path, " belongs to user ", info.st_uid,
                     ", who could choose what this command does; it must belong to root or to the "
                     "user that runs it, ",
                     geteuid(), ": remove it, or run: chown ", geteuid(), " ", path));
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat((info.st_mode & S_IWOTH) != 0 ? "everybody" : "its group", " may write ", path,
                     ", and so choose what this command does; look at what it says, and run: "
                     "chmod go-w ",
                     path));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

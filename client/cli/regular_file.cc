#include "client/cli/regular_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

absl::Status Invalid(const std::string& path, absl::string_view what) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("Cannot read ", path, ": ", what));
}

// Reads into one buffer of the file's size, so that no grown and freed buffer keeps a copy.
absl::StatusOr<SecretBytes> ReadOpenFile(int descriptor, const std::string& path, size_t size) {
  std::string bytes(size + 1, '\0');
  const absl::Cleanup wipe = [&bytes] { WipeString(bytes); };
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = read(descriptor, bytes.data() + done, bytes.size() - done);
    if (count == 0) {
      return SecretBytes(absl::string_view(bytes.data(), done));
    }
    if (count < 0 && errno != EINTR) {
      return FileError("read", path, errno);
    }
    done += count > 0 ? static_cast<size_t>(count) : 0;
  }
  return Invalid(path, "it grew while it was read; give the command again");
}

}  // namespace

absl::StatusOr<SecretBytes> ReadRegularFile(const std::string& path, FollowLink follow,
                                            FileCheck check) {
  const int no_follow = follow == FollowLink::kNo ? O_NOFOLLOW : 0;
  const Descriptor file(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | no_follow));
  if (!file.valid()) {
    const int error = errno;
    return error == ELOOP && follow == FollowLink::kNo
               ? Invalid(path, "it is a symbolic link, where this program makes none; remove it")
               : FileError("read", path, error);
  }
  struct stat info;
  if (fstat(file.get(), &info) != 0) {
    return FileError("read", path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return Invalid(path, "it must be a regular file, not a pipe, a device or a folder; remove it");
  }
  FLEETCA_RETURN_IF_ERROR(check(file.get(), info));
  if (info.st_size > static_cast<off_t>(kMaxFileBytes)) {
    return Invalid(path, absl::StrCat("it is larger than the limit of ", kMaxFileBytes, " bytes"));
  }
  if (fcntl(file.get(), F_SETFL, 0) != 0) {
    return FileError("read", path, errno);
  }
  return ReadOpenFile(file.get(), path, static_cast<size_t>(info.st_size));
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

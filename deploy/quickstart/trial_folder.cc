#include "deploy/quickstart/trial_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "base/user_name.h"
#include "deploy/quickstart/own_command.h"

namespace fleetca::quickstart {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kMarkerMode = 0600;

// Whoever could write there could have put keys, a configuration and programs' numbers there.
absl::Status CheckOwn(const std::string& path, const struct stat& info) {
  if (info.st_uid != geteuid()) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(path, " belongs to ", UserName(info.st_uid), ", and this command runs as ",
                     UserName(geteuid()),
                     ", who must not rely on what is in it; give another folder with --dir"));
  }
  if (!S_ISLNK(info.st_mode) && (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat("other users may write ", path,
                     ", so what is in it is not to be relied on; if nobody has: ",
                     ShellText({"chmod", "go-w", path}), ". Or give another folder with --dir"));
  }
  return absl::OkStatus();
}

// The folder, and the link to it where it is one.
absl::Status CheckOwnFolder(const TrialFolder& folder) {
  struct stat named, real;
  if (lstat(folder.path.c_str(), &named) != 0 || stat(folder.path.c_str(), &real) != 0) {
    return FileError("look at the folder", folder.path, errno);
  }
  FLEETCA_RETURN_IF_ERROR(CheckOwn(folder.path, named));
  return CheckOwn(folder.path, real);
}

absl::Status MakeFolder(const TrialFolder& folder) {
  if (mkdir(folder.path.c_str(), kFolderMode) == 0) {
    return absl::OkStatus();
  }
  if (errno != EEXIST) {
    return FileError("make the folder", folder.path, errno);
  }
  FLEETCA_RETURN_IF_ERROR(CheckOwnFolder(folder));
  std::error_code error;
  if (!std::filesystem::is_directory(folder.path, error)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(folder.path, " is no folder, and stays as it is; give another with --dir"));
  }
  const bool is_trial = std::filesystem::exists(folder.marker(), error);
  const bool empty = !error && std::filesystem::is_empty(folder.path, error);
  if (error) {
    return FileError("look into the folder", folder.path, error.value());
  }
  return is_trial || empty
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kFileInvalid,
                   absl::StrCat("the folder ", folder.path,
                                " has files and is not one that 'fleetca quickstart' made, so it "
                                "stays as it is; give another with --dir"));
}

}  // namespace

absl::StatusOr<Descriptor> OpenTrialFolder(const TrialFolder& folder) {
  if (const absl::Status made = MakeFolder(folder); !made.ok()) {
    return made;
  }
  Descriptor marker(
      open(folder.marker().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMarkerMode));
  if (!marker.valid()) {
    return FileError("make", folder.marker(), errno);
  }
  struct stat info;
  if (fstat(marker.get(), &info) != 0) {
    return FileError("look at", folder.marker(), errno);
  }
  FLEETCA_RETURN_IF_ERROR(CheckOwn(folder.marker(), info));
  if (flock(marker.get(), LOCK_EX | LOCK_NB) != 0) {
    return Unavailable(Reason::kFileInvalid,
                       absl::StrCat("another 'fleetca quickstart' is at work in ", folder.path,
                                    "; wait until it has ended"));
  }
  return marker;
}

absl::StatusOr<Descriptor> OpenTrialFolderThatIsThere(const TrialFolder& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder.marker(), error)) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat("there is no trial in ", folder.path,
                                           "; say with --dir where 'fleetca quickstart' made one"));
  }
  return OpenTrialFolder(folder);
}

}  // namespace fleetca::quickstart

#include "base/output_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/errors.h"

namespace fleetca {
namespace {

// More than any certificate with its chain takes.
constexpr size_t kProbeBytes = size_t{64} << 10;

absl::Status CannotWrite(absl::string_view path, int error) {
  const std::string message = absl::StrCat("Cannot write ", path, ": ", std::strerror(error),
                                           "; nothing was asked for yet");
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return FailedPrecondition(Reason::kFileMissing, message);
    case EACCES:
    case EPERM:
    case EROFS:
      return FailedPrecondition(Reason::kFilePermissions, message);
    case EEXIST:
      return MakeError(absl::StatusCode::kAlreadyExists, Reason::kFileInvalid, "", message);
    default:
      return FailedPrecondition(Reason::kFileInvalid, message);
  }
}

// In a folder such as /tmp a file is its owner's to replace, or the folder's owner's.
bool IsAnothers(const std::string& path, const struct stat& found) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
  struct stat around;
  const uid_t user = geteuid();
  return user != 0 && stat(folder.c_str(), &around) == 0 && (around.st_mode & S_ISVTX) != 0 &&
         found.st_uid != user && around.st_uid != user;
}

absl::Status WriteProbe(absl::string_view path) {
  std::string name = absl::StrCat(path, ".tmp-XXXXXX");
  const Descriptor probe(mkostemp(name.data(), O_CLOEXEC));
  if (!probe.valid()) {
    return CannotWrite(path, errno);
  }
  const absl::Cleanup remove = [&name] { unlink(name.c_str()); };
  const std::string contents(kProbeBytes, '\0');
  const ssize_t written = write(probe.get(), contents.data(), contents.size());
  if (written != static_cast<ssize_t>(contents.size())) {
    return CannotWrite(path, written < 0 ? errno : ENOSPC);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCanWrite(absl::string_view path) {
  const std::string text(path);
  struct stat found;
  if (lstat(text.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) {
      return CannotWrite(path, EISDIR);
    }
    if (IsAnothers(text, found)) {
      return CannotWrite(path, EPERM);
    }
  }
  return WriteProbe(path);
}

absl::Status CheckCanWriteNew(absl::string_view path) {
  struct stat found;
  if (lstat(std::string(path).c_str(), &found) == 0) {
    return CannotWrite(path, EEXIST);
  }
  return WriteProbe(path);
}

absl::Status CheckStandardOutput() {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) {
    return absl::OkStatus();
  }
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("Cannot write to standard output: ",
                                         flags < 0 ? std::strerror(errno) : "it is for reading",
                                         "; give a file with --out, or leave it open"));
}

}  // namespace fleetca

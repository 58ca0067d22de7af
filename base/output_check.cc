#include "base/output_check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/output_file.h"
#include "base/output_place.h"

namespace fleetca {
namespace {

// More than any certificate with its chain takes.
constexpr size_t kProbeBytes = size_t{64} << 10;

absl::Status BeforeAsking(const absl::Status& status) {
  return MakeError(status.code(), GetReason(status).value_or(Reason::kFileInvalid), "",
                   absl::StrCat(status.message(), "; nothing was asked for yet"));
}

absl::Status CannotWrite(absl::string_view path, int error) {
  return BeforeAsking(FileError("write", path, error));
}

// In a folder such as /tmp a file is its owner's to replace, or the folder's owner's.
bool IsAnothers(const std::string& path, const struct stat& found) {
  struct stat around;
  const uid_t user = geteuid();
  return user != 0 && stat(FolderOf(path).c_str(), &around) == 0 &&
         (around.st_mode & S_ISVTX) != 0 && found.st_uid != user && around.st_uid != user;
}

// `path` is how the user calls it.
absl::Status WriteProbe(absl::string_view place, absl::string_view path) {
  std::string name = absl::StrCat(place, ".tmp-XXXXXX");
  const Descriptor probe(mkostemp(name.data(), O_CLOEXEC));
  if (!probe.valid()) {
    return CannotWrite(path, errno);
  }
  const absl::Cleanup remove = [&name] { unlink(name.c_str()); };
  const int error = WriteAll(probe.get(), std::string(kProbeBytes, '\0'));
  return error == 0 ? absl::OkStatus() : CannotWrite(path, error);
}

// Without opening it: the reader of a pipe would see it end.
absl::Status CheckStream(const OutputPlace& place, absl::string_view path) {
  if (place.descriptor < 0) {
    return faccessat(AT_FDCWD, place.path.c_str(), W_OK, AT_EACCESS) == 0
               ? absl::OkStatus()
               : CannotWrite(path, errno);
  }
  const int flags = fcntl(place.descriptor, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY ? absl::OkStatus()
                                                       : CannotWrite(path, EBADF);
}

}  // namespace

absl::Status CheckCanWrite(absl::string_view path) {
  const absl::StatusOr<OutputPlace> place = FindOutputPlace(path);
  if (!place.ok()) {
    return BeforeAsking(place.status());
  }
  if (place->is_stream) {
    return CheckStream(*place, path);
  }
  struct stat found;
  if (lstat(place->path.c_str(), &found) == 0 && IsAnothers(place->path, found)) {
    return CannotWrite(path, EPERM);
  }
  if (const absl::Status no_key = CheckHoldsNoKey(place->path); !no_key.ok()) {
    return BeforeAsking(no_key);
  }
  return WriteProbe(place->path, path);
}

absl::Status CheckCanWriteNew(absl::string_view path) {
  struct stat found;
  if (lstat(std::string(path).c_str(), &found) == 0) {
    return CannotWrite(path, EEXIST);
  }
  return WriteProbe(path, path);
}

}  // namespace fleetca

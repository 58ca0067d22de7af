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
#include "base/output_place.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

// More than any certificate with its chain takes.
constexpr size_t kProbeBytes = size_t{64} << 10;

absl::Status CannotWrite(absl::string_view path, int error) {
  return FileError("write", path, error);
}

// In a folder such as /tmp a file is its owner's to replace, or the folder's owner's.
bool IsAnothers(const std::string& path, const struct stat& found) {
  struct stat around;
  const uid_t user = geteuid();
  return user != 0 && stat(FolderOf(path).c_str(), &around) == 0 &&
         (around.st_mode & S_ISVTX) != 0 && found.st_uid != user && around.st_uid != user;
}

// A file without a name where the file system has such, so that nothing is left of it when this
// process ends early; `name` is removed afterwards otherwise.
Descriptor OpenProbe(const std::string& folder, std::string* name) {
  Descriptor nameless(open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  struct stat found;
  // The name is only proved by asking for it.
  if (nameless.valid() && (lstat(name->c_str(), &found) == 0 || errno == ENOENT)) {
    name->clear();
    return nameless;
  }
  return Descriptor(mkostemp(name->data(), O_CLOEXEC));
}

// `path` is how the user calls it.
absl::Status WriteProbe(const std::string& place, absl::string_view path) {
  std::string name = absl::StrCat(place, ".tmp-XXXXXX");
  const Descriptor probe = OpenProbe(FolderOf(place), &name);
  if (!probe.valid()) {
    return CannotWrite(path, errno);
  }
  const absl::Cleanup remove = [&name] {
    if (!name.empty()) {
      unlink(name.c_str());
    }
  };
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

absl::Status CheckMayTakePlaceOf(const OutputPlace& place, absl::string_view path,
                                 Replace replace) {
  if (replace == Replace::kNothing) {
    return CannotWrite(path, EEXIST);
  }
  struct stat found;
  if (lstat(place.path.c_str(), &found) == 0 && IsAnothers(place.path, found)) {
    return CannotWrite(path, EPERM);
  }
  return CheckHoldsNoKey(place.path, replace);
}

absl::Status Check(absl::string_view path, Replace replace) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace place, FindOutputPlace(path));
  if (place.is_stream) {
    return CheckStream(place, path);
  }
  if (place.identity.exists) {
    FLEETCA_RETURN_IF_ERROR(CheckMayTakePlaceOf(place, path, replace));
  }
  return WriteProbe(place.path, path);
}

}  // namespace

absl::string_view NothingDone(NextStep next) {
  return next == NextStep::kAskServer ? "nothing was asked for yet" : "nothing was written";
}

absl::Status CheckCanWrite(absl::string_view path, Replace replace, NextStep next) {
  const absl::Status checked = Check(path, replace);
  return checked.ok() ? checked
                      : MakeError(checked.code(), GetReason(checked).value_or(Reason::kFileInvalid),
                                  "", absl::StrCat(checked.message(), "; ", NothingDone(next)));
}

}  // namespace fleetca

#include "base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/file_status.h"

namespace fleetca {
namespace {

int Write(int descriptor, absl::string_view contents, mode_t mode) {
  const int error = WriteAll(descriptor, contents);
  return error != 0 || fchmod(descriptor, mode) == 0 ? error : errno;
}

int WriteAndSync(int descriptor, absl::string_view contents, mode_t mode) {
  const int error = Write(descriptor, contents, mode);
  return error != 0 || fsync(descriptor) == 0 ? error : errno;
}

int RenameUnsynced(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int SyncNewName(const std::string& to) {
  const int error = SyncFolderOf(to);
  if (error != 0) {
    // Whoever is told of the error will try again, and must not meet the file of the first attempt.
    unlink(to.c_str());
  }
  return error;
}

// link() fails when the name exists, in one step; rename() would replace the file.
int LinkDurably(const std::string& from, const std::string& to) {
  return link(from.c_str(), to.c_str()) == 0 ? SyncNewName(to) : errno;
}

// As WriteBeside of a file that nothing is left of when this process ends early, as it gets its
// name last. nullopt where the file system has no such files.
std::optional<int> WriteNameless(absl::string_view path, absl::string_view contents, mode_t mode) {
  const Descriptor file(open(FolderOf(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file.valid()) {
    return std::nullopt;
  }
  if (const int error = WriteAndSync(file.get(), contents, mode); error != 0) {
    return error;
  }
  const std::string name = absl::StrCat("/proc/self/fd/", file.get());
  const std::string to(path);
  if (linkat(AT_FDCWD, name.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return errno == EEXIST ? std::optional<int>(EEXIST) : std::nullopt;
  }
  return SyncNewName(to);
}

// Has `write` fill a temporary file beside `path`, and `publish` give the file its name. The
// temporary name is gone afterwards, whatever happened.
absl::Status WriteBeside(absl::string_view path, absl::string_view contents, mode_t mode,
                         int (*write)(int descriptor, absl::string_view contents, mode_t mode),
                         int (*publish)(const std::string& from, const std::string& to)) {
  // mkostemp makes the file with mode 0600: a secret is never readable by others, even half
  // written.
  std::string temporary = absl::StrCat(path, ".tmp-XXXXXX");
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return FileError("write", path, errno);
  }
  const absl::Cleanup remove = [&temporary] { unlink(temporary.c_str()); };
  int error = write(descriptor, contents, mode);
  if (close(descriptor) != 0 && error == 0) {
    error = errno;
  }
  if (error == 0) {
    error = publish(temporary, std::string(path));
  }
  return error == 0 ? absl::OkStatus() : FileError("write", path, error);
}

}  // namespace

absl::Status WriteFileAtomic(absl::string_view path, absl::string_view contents, mode_t mode) {
  return WriteBeside(path, contents, mode, WriteAndSync, RenameDurably);
}

absl::Status WriteFileUnsynced(absl::string_view path, absl::string_view contents, mode_t mode) {
  return WriteBeside(path, contents, mode, Write, RenameUnsynced);
}

int SyncFileSystemOf(absl::string_view path) {
  const Descriptor folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.valid() && syncfs(folder.get()) == 0 ? 0 : errno;
}

absl::Status WriteNewFile(absl::string_view path, absl::string_view contents, mode_t mode) {
  if (const std::optional<int> error = WriteNameless(path, contents, mode); error.has_value()) {
    return *error == 0 ? absl::OkStatus() : FileError("write", path, *error);
  }
  return WriteBeside(path, contents, mode, WriteAndSync, LinkDurably);
}

absl::StatusOr<Descriptor> CreateNewFile(absl::string_view path, mode_t mode) {
  const std::string name(path);
  Descriptor file(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid()) {
    return FileError("write", path, errno);
  }
  if (const int error = SyncFolderOf(path); error != 0) {
    unlink(name.c_str());
    return FileError("write", path, error);
  }
  return file;
}

int RenameDurably(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str()) == 0 ? SyncFolderOf(to) : errno;
}

int SyncFolderOf(absl::string_view path) {
  const Descriptor folder(open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder and say EINVAL; they have nothing to sync.
  return folder.valid() && (fsync(folder.get()) == 0 || errno == EINVAL) ? 0 : errno;
}

int WriteAll(int descriptor, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t count = write(descriptor, contents.data(), contents.size());
    if (count < 0 && errno != EINTR) {
      return errno;
    }
    contents.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return 0;
}

std::string FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) {
    return ".";
  }
  return std::string(path.substr(0, std::max(slash, size_t{1})));
}

}  // namespace fleetca

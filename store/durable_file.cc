#include "store/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::store {
namespace {

// Far above what any of these files holds.
constexpr size_t kMaxFileBytes = 4096;

absl::Status WriteAndSync(const std::string& path, absl::string_view contents) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return FileError("cannot create", path, errno);
  }
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  while (!contents.empty()) {
    const ssize_t written = write(fd, contents.data(), contents.size());
    if (written < 0 && errno != EINTR) {
      return FileError("cannot write", path, errno);
    }
    contents.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? absl::OkStatus() : FileError("cannot sync", path, errno);
}

}  // namespace

absl::Status FileError(absl::string_view what, absl::string_view path, int error) {
  return Unavailable(Reason::kStoreUnavailable,
                     absl::StrCat(what, " ", path, ": ", std::generic_category().message(error)));
}

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) {
    const std::filesystem::path parent =
        std::filesystem::path(path).lexically_normal().parent_path();
    return SyncFolder(parent.empty() ? "." : parent.string());
  }
  struct stat info;
  if (errno == EEXIST && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return absl::OkStatus();
  }
  return FileError("cannot make the folder", path, errno);
}

absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return FileError("cannot open the folder", path, errno);
  }
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  return fsync(fd) == 0 ? absl::OkStatus() : FileError("cannot sync the folder", path, errno);
}

absl::StatusOr<std::optional<std::string>> ReadFileIfPresent(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return FileError("cannot open", path, errno);
  }
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  std::string contents(kMaxFileBytes, '\0');
  size_t size = 0;
  while (size < contents.size()) {
    const ssize_t got = read(fd, contents.data() + size, contents.size() - size);
    if (got < 0 && errno != EINTR) {
      return FileError("cannot read", path, errno);
    }
    if (got == 0) {
      break;
    }
    size += got < 0 ? 0 : static_cast<size_t>(got);
  }
  contents.resize(size);
  return contents;
}

absl::Status ReplaceFile(const std::string& folder, const std::string& name,
                         absl::string_view contents) {
  const std::string path = absl::StrCat(folder, "/", name);
  const std::string temporary = absl::StrCat(path, ".new");
  FLEETCA_RETURN_IF_ERROR(WriteAndSync(temporary, contents));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return FileError("cannot rename to", path, errno);
  }
  return SyncFolder(folder);
}

}  // namespace fleetca::store

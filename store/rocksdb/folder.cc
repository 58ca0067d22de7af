#include "store/rocksdb/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/forbidden_file.h"

namespace fleetca::store {
namespace {

// Makes the names in the folder durable.
absl::Status SyncFolder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return FileError("cannot open the folder", path, errno);
  }
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error == 0 ? absl::OkStatus() : FileError("cannot sync the folder", path, error);
}

}  // namespace

absl::Status FileError(absl::string_view what, absl::string_view path, int error) {
  const std::string why = error == EACCES || error == EPERM ? WhyForbidden(path) : "";
  return Unavailable(Reason::kStoreUnavailable,
                     absl::StrCat(what, " ", path, ": ", std::generic_category().message(error),
                                  why.empty() ? "" : "; ", why));
}

absl::Status MakeFolder(const std::string& path) {
  // Without a slash at its end, which would make it its own parent.
  std::filesystem::path folder = std::filesystem::path(path).lexically_normal();
  if (!folder.has_filename()) {
    folder = folder.parent_path();
  }
  if (mkdir(folder.c_str(), 0700) == 0) {
    return SyncFolder(folder.has_parent_path() ? folder.parent_path().string() : ".");
  }
  const int error = errno;
  std::error_code ignored;
  if (error == EEXIST && std::filesystem::is_directory(folder, ignored)) {
    return absl::OkStatus();
  }
  return FileError("cannot make the folder", path, error);
}

}  // namespace fleetca::store

#include "store/rocksdb/folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "store/forbidden_file.h"

namespace fleetca::store {
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
    const int unsynced = SyncFolderOf(folder.native());
    return unsynced == 0 ? absl::OkStatus() : FileError("cannot sync the name of", path, unsynced);
  }
  const int error = errno;
  std::error_code ignored;
  if (error == EEXIST && std::filesystem::is_directory(folder, ignored)) {
    return absl::OkStatus();
  }
  return FileError("cannot make the folder", path, error);
}

}  // namespace fleetca::store

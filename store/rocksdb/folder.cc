#include "store/rocksdb/folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "store/forbidden_file.h"

namespace fleetca::store {

absl::Status StoreFileError(absl::string_view action, absl::string_view path, int error) {
  const std::string why = error == EACCES || error == EPERM ? WhyForbidden(path) : "";
  return Unavailable(
      Reason::kStoreUnavailable,
      FileErrorText(action, path, error, absl::StrCat(why.empty() ? "" : "; ", why)));
}

absl::Status MakeFolder(const std::string& path) {
  // Without a slash at its end, which would make it its own parent.
  std::filesystem::path folder = std::filesystem::path(path).lexically_normal();
  if (!folder.has_filename()) {
    folder = folder.parent_path();
  }
  if (mkdir(folder.c_str(), 0700) == 0) {
    const int unsynced = SyncFolderOf(folder.native());
    return unsynced == 0 ? absl::OkStatus() : StoreFileError("sync the name of", path, unsynced);
  }
  const int error = errno;
  std::error_code ignored;
  if (error == EEXIST && std::filesystem::is_directory(folder, ignored)) {
    return absl::OkStatus();
  }
  return StoreFileError("make the folder", path, error);
}

}  // namespace fleetca::store

#include "service/authority/staging_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"

namespace fleetca::service {
namespace {

absl::Status FileError(absl::string_view what, absl::string_view path, int error) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("Cannot ", what, " ", path, ": ", std::strerror(error)));
}

// Makes a rename last through a power cut.
absl::Status SyncParentOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const int descriptor =
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) {
    close(descriptor);
  }
  return synced ? absl::OkStatus() : FileError("sync the folder of", path, error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<StagingFolder>> StagingFolder::Create(const std::string& folder) {
  std::string path = absl::StrCat(folder, ".new-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return FileError("make a folder beside", folder, errno);
  }
  return absl::WrapUnique(new StagingFolder(folder, std::move(path)));
}

StagingFolder::~StagingFolder() {
  if (!path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
}

absl::Status StagingFolder::Write(absl::string_view name, absl::string_view contents,
                                  mode_t mode) const {
  return WriteNewFile(absl::StrCat(path_, "/", name), contents, mode);
}

absl::Status StagingFolder::Finish() {
  // rename() replaces an empty folder and refuses one with anything in it.
  if (std::rename(path_.c_str(), folder_.c_str()) != 0) {
    return FileError("put the new folder in place at", folder_, errno);
  }
  path_.clear();
  return SyncParentOf(folder_);
}

}  // namespace fleetca::service

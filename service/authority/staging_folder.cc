#include "service/authority/staging_folder.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file_status.h"

namespace fleetca::service {
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
  if (const int error = RenameDurably(path_, folder_); error != 0) {
    return FileError("put the new folder in place at", folder_, error);
  }
  path_.clear();
  return absl::OkStatus();
}

}  // namespace fleetca::service

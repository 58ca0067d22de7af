#include "store/store_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::store {
namespace {

absl::Status Wrong(Reason reason, absl::string_view field, absl::string_view path,
                   absl::string_view problem) {
  return FailedPrecondition(reason, absl::StrCat(field, ": ", path, " ", problem));
}

// Of the user that this process acts as.
bool May(int what, const std::string& path) {
  return faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0;
}

// A slash at the end would make a path its own parent.
std::string WithoutSlash(const std::string& path) {
  std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  if (!normal.has_filename() && normal.has_parent_path()) {
    normal = normal.parent_path();
  }
  return normal.string();
}

absl::Status CheckUsableFolder(absl::string_view field, const std::string& folder) {
  struct stat found;
  if (stat(folder.c_str(), &found) != 0) {
    const std::string why = std::generic_category().message(errno);
    return Wrong(Reason::kFileMissing, field, folder,
                 absl::StrCat("cannot be used (", why, "); make that folder first"));
  }
  if (!S_ISDIR(found.st_mode)) {
    return Wrong(Reason::kFileInvalid, field, folder, "is not a folder; write the path of one");
  }
  if (!May(W_OK | X_OK, folder)) {
    return Wrong(Reason::kFilePermissions, field, folder,
                 absl::StrCat("is a folder in which user ", geteuid(),
                              " may not write; change its owner, or write another path"));
  }
  return absl::OkStatus();
}

std::string FolderAbove(const std::string& path) {
  const std::filesystem::path above = std::filesystem::path(path).parent_path();
  return above.empty() ? "." : above.string();
}

bool Exists(const std::string& path) {
  struct stat found;
  return stat(path.c_str(), &found) == 0 || errno != ENOENT;
}

absl::Status CheckHead(const std::string& path) {
  constexpr absl::string_view kField = "store.head_file";
  struct stat found;
  if (!Exists(path)) {
    return CheckUsableFolder(kField, FolderAbove(path));
  }
  if (stat(path.c_str(), &found) != 0) {
    return Wrong(Reason::kFileMissing, kField, path,
                 absl::StrCat("cannot be a file (", std::generic_category().message(errno),
                              "); write another path"));
  }
  if (!S_ISREG(found.st_mode)) {
    return Wrong(Reason::kFileInvalid, kField, path,
                 "is not a regular file; write the path of a file that the server keeps there");
  }
  if (!May(R_OK | W_OK, path)) {
    return Wrong(Reason::kFilePermissions, kField, path,
                 absl::StrCat("is a file that user ", geteuid(),
                              " may not read and write; change its owner"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckStorePlace(const std::string& folder, const std::string& head_file) {
  const std::string place = WithoutSlash(folder);
  FLEETCA_RETURN_IF_ERROR(
      CheckUsableFolder("store.path", Exists(place) ? place : FolderAbove(place)));
  return head_file.empty() ? absl::OkStatus() : CheckHead(head_file);
}

}  // namespace fleetca::store

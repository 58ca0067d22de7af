#include "service/cli/store_owner.h"

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/user_name.h"
#include "store/rocksdb/witness.h"

namespace fleetca::service {
namespace {

[[nodiscard]] std::optional<uid_t> OwnerOf(const std::string& path) {
  struct stat found;
  return stat(path.c_str(), &found) == 0 ? std::optional<uid_t>(found.st_uid) : std::nullopt;
}

// Without a slash at the end, which would make a folder its own parent.
std::string FolderAbove(const std::string& folder) {
  std::filesystem::path normal = std::filesystem::path(folder).lexically_normal();
  if (!normal.has_filename()) {
    normal = normal.parent_path();
  }
  return normal.has_parent_path() ? normal.parent_path().string() : ".";
}

absl::Status Refused(absl::string_view what, uid_t owner, uid_t user, absl::string_view command) {
  return FailedPrecondition(
      Reason::kFilePermissions,
      absl::StrCat(what, " belongs to ", UserName(owner), ", and this command runs as ",
                   UserName(user), ", whose files the server could not open; nothing was changed. ",
                   "Run: sudo -u ", UserForSudo(owner), " ", command));
}

}  // namespace

absl::Status CheckOwnsStore(const std::string& folder, uid_t user, absl::string_view command) {
  const std::string witness = store::WitnessPathIn(folder);
  const std::optional<uid_t> owner = OwnerOf(witness);
  if (owner.has_value()) {
    return *owner == user ? absl::OkStatus()
                          : Refused(absl::StrCat("the store in ", folder), *owner, user, command);
  }
  for (const std::string& place : {folder, FolderAbove(folder)}) {
    if (const std::optional<uid_t> holder = OwnerOf(place); holder.has_value()) {
      return user != 0 || *holder == user
                 ? absl::OkStatus()
                 : Refused(absl::StrCat("the folder ", place), *holder, user, command);
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service

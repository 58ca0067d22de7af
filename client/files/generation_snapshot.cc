#include "client/files/generation_snapshot.h"

#include <fcntl.h>

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

absl::Status Missing(absl::string_view path) {
  return FailedPrecondition(Reason::kFileMissing, absl::StrCat(path, " was removed"));
}

absl::Status Replaced(absl::string_view path) {
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat(path, " was changed, or replaced by something else"));
}

bool IsSameInode(const struct stat& was, const struct stat& is) {
  return was.st_dev == is.st_dev && was.st_ino == is.st_ino;
}

// The link count and the time of the inode's last change differ after a later generation has had
// the file, too.
bool LooksTheSame(const struct stat& was, const struct stat& is) {
  return IsSameInode(was, is) && was.st_size == is.st_size &&
         was.st_mtim.tv_sec == is.st_mtim.tv_sec && was.st_mtim.tv_nsec == is.st_mtim.tv_nsec;
}

}  // namespace

GenerationSnapshot::GenerationSnapshot(const GenerationFolder& folder, uint64_t generation,
                                       absl::Span<const PlacedFile> files, const FileOwner& owner)
    : generation_(generation),
      owner_(owner),
      folder_info_(folder.Stat(generation).value_or(folder_info_)) {
  for (const PlacedFile& file : files) {
    Seen seen{.name = file.name, .digest = Sha256(file.contents.view())};
    // What is not there now is missing at the first look.
    seen.info = folder.Stat(generation, file.name).value_or(seen.info);
    files_.push_back(std::move(seen));
  }
}

bool GenerationSnapshot::IsSameAccess(const struct stat& was, const struct stat& is) const {
  // Without a group that was asked for, the folder around a file may decide it.
  return was.st_mode == is.st_mode && was.st_uid == is.st_uid &&
         (owner_.group == FileOwner().group || was.st_gid == is.st_gid);
}

absl::Status GenerationSnapshot::Reread(const std::string& path, Seen* seen) const {
  struct stat read_info = {};
  const absl::StatusOr<SecretBytes> contents =
      ReadCheckedFile(path, O_NOFOLLOW, [&](int /*descriptor*/, const struct stat& info) {
        read_info = info;
        return IsSameAccess(seen->info, info) ? absl::OkStatus() : Replaced(path);
      });
  if (!contents.ok() || Sha256(contents->view()) != seen->digest) {
    return Replaced(path);
  }
  seen->info = read_info;
  return absl::OkStatus();
}

absl::Status GenerationSnapshot::Check(const GenerationFolder& folder) {
  if (!folder.IsAtItsPath()) {
    return FailedPrecondition(
        Reason::kFileMissing,
        absl::StrCat("the folder ", folder.path(), " was removed, or another one is in its place"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t current, folder.Current());
  if (current != generation_) {
    return Replaced(absl::StrCat(folder.path(), "/..data"));
  }
  const std::optional<struct stat> generation = folder.Stat(generation_);
  if (!generation.has_value()) {
    return Missing(folder.PathOf(generation_));
  }
  if (!IsSameInode(folder_info_, *generation) || !IsSameAccess(folder_info_, *generation)) {
    return Replaced(folder.PathOf(generation_));
  }
  for (Seen& seen : files_) {
    if (!folder.IsPublished(seen.name)) {
      return Replaced(absl::StrCat(folder.path(), "/", seen.name));
    }
    const std::string path = folder.PathOf(generation_, seen.name);
    const std::optional<struct stat> info = folder.Stat(generation_, seen.name);
    if (!info.has_value()) {
      return Missing(path);
    }
    if (!LooksTheSame(seen.info, *info) || !IsSameAccess(seen.info, *info)) {
      FLEETCA_RETURN_IF_ERROR(Reread(path, &seen));
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

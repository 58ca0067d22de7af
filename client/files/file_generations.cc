#include "client/files/file_generations.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxNameSize = 255;
constexpr mode_t kMostMode = 0644;
constexpr mode_t kMostGenerationMode = 0755;

absl::Status Invalid(absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "", problem);
}

// Names with two dots are this folder's own.
bool IsFileName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameSize && name != "." &&
         !absl::StartsWith(name, "..") && name.find('/') == absl::string_view::npos &&
         name.find('\0') == absl::string_view::npos;
}

absl::Status CheckFiles(absl::Span<const PlacedFile> files) {
  std::set<absl::string_view> names;
  for (const PlacedFile& file : files) {
    if (!IsFileName(file.name)) {
      return Invalid(absl::StrCat("\"", file.name,
                                  "\" is not a name for a file; write one without a folder and not "
                                  "beginning with two dots, such as tls.key"));
    }
    if (!names.insert(file.name).second) {
      return Invalid(absl::StrCat("Two files have the name ", file.name, "; give each its own"));
    }
    if ((file.mode & ~kMostMode) != 0) {
      return Invalid(
          absl::StrFormat("The mode %04o of %s lets others do more than read; %04o is "
                          "the most",
                          file.mode, file.name, kMostMode));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const FileGenerationsOptions& options) {
  if (options.folder.empty() || options.folder.back() == '/') {
    return Invalid(absl::StrCat("\"", options.folder,
                                "\" is not a folder to keep files in; write it without a slash at "
                                "its end"));
  }
  if ((options.generation_mode & ~kMostGenerationMode) != 0) {
    return Invalid(
        absl::StrFormat("The mode %04o of a folder lets others write to it; %04o is the "
                        "most",
                        options.generation_mode, kMostGenerationMode));
  }
  return absl::OkStatus();
}

absl::Status NotThisFile(absl::string_view path) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(path, " is not the file it was"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileGenerations>> FileGenerations::Open(
    FileGenerationsOptions options) {
  FLEETCA_RETURN_IF_ERROR(CheckOptions(options));
  FLEETCA_ASSIGN_OR_RETURN(GenerationFolder folder,
                           GenerationFolder::Open(options.folder, options.before_step));
  auto opened = absl::WrapUnique(new FileGenerations(std::move(folder), std::move(options)));
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t current, opened->folder_.Current());
  opened->Prune(current);
  return opened;
}

void FileGenerations::Prune(uint64_t current) {
  bool is_first = true;
  for (const uint64_t generation : folder_.All()) {
    // One without files is in nobody's use: it could not be removed for what others put there.
    const bool is_rest = generation < current && !folder_.HasFiles(generation);
    const bool kept = generation == current || (is_first && generation < current && !is_rest);
    is_first = is_first && is_rest;
    if (!kept) {
      // What cannot be taken away costs its octets; Release will say so.
      Remove(generation).IgnoreError();
    }
  }
}

absl::Status FileGenerations::Remove(uint64_t generation) {
  const absl::Status removed = folder_.Remove(generation);
  if (GetReason(removed) == Reason::kFileInvalid && folder_.Stat(generation).has_value() &&
      said_to_stay_.insert(generation).second) {
    log::Warning("Earlier files are gone, and their folder stays", {{"why", removed.message()}});
  }
  return removed;
}

absl::Status FileGenerations::FindFolder() {
  if (folder_.IsAtItsPath()) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(folder_, GenerationFolder::Open(options_.folder, options_.before_step));
  said_to_stay_.clear();
  return absl::OkStatus();
}

std::vector<bool> FileGenerations::Unchanged(uint64_t generation,
                                             absl::Span<const PlacedFile> files) const {
  std::vector<bool> unchanged(files.size());
  for (size_t i = 0; generation != 0 && i < files.size(); ++i) {
    const std::string path = folder_.PathOf(generation, files[i].name);
    const absl::StatusOr<SecretBytes> old =
        ReadCheckedFile(path, O_NOFOLLOW, [&](int /*descriptor*/, const struct stat& info) {
          return S_ISREG(info.st_mode) && (info.st_mode & 07777) == files[i].mode &&
                         IsOf(info, options_.owner)
                     ? absl::OkStatus()
                     : NotThisFile(path);
        });
    unchanged[i] = old.ok() && old->view() == files[i].contents.view();
  }
  return unchanged;
}

absl::StatusOr<bool> FileGenerations::Put(absl::Span<const PlacedFile> files) {
  snapshot_.reset();
  FLEETCA_RETURN_IF_ERROR(CheckFiles(files));
  FLEETCA_RETURN_IF_ERROR(FindFolder());
  FLEETCA_RETURN_IF_ERROR(folder_.CheckPublicNames(files));
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t current, folder_.Current());
  const std::vector<bool> same = Unchanged(current, files);
  const bool changed = current == 0 || std::find(same.begin(), same.end(), false) != same.end() ||
                       folder_.NamesIn(current).size() != files.size() ||
                       !folder_.IsFor(current, options_.owner, options_.generation_mode);
  if (changed) {
    Prune(current);
    const std::vector<uint64_t> all = folder_.All();
    const uint64_t next = std::max({current, last_made_, all.empty() ? 0 : all.back()}) + 1;
    absl::Status made =
        folder_.Make(next, files, same, current, options_.owner, options_.generation_mode);
    if (made.ok()) {
      made = folder_.SwitchTo(next);
    }
    if (!made.ok()) {
      // A switch that was made and could not be synced counts: whoever reads has the new files.
      if (const absl::StatusOr<uint64_t> now = folder_.Current(); now.ok() && *now != next) {
        Remove(next).IgnoreError();
      }
      return made;
    }
    last_made_ = next;
  }
  FLEETCA_RETURN_IF_ERROR(folder_.Publish(files));
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t placed, folder_.Current());
  snapshot_.emplace(folder_, placed, files, options_.owner);
  return changed;
}

absl::Status FileGenerations::InPlace() {
  return snapshot_.has_value() ? snapshot_->Check(folder_) : absl::OkStatus();
}

absl::Status FileGenerations::Release() {
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t current, folder_.Current());
  absl::Status first;
  for (const uint64_t generation : folder_.All()) {
    if (generation != current) {
      first.Update(Remove(generation));
    }
  }
  return first;
}

absl::StatusOr<SecretBytes> FileGenerations::Read(absl::string_view name) const {
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t current, folder_.Current());
  if (current == 0 || !IsFileName(name)) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat("There is no ", name, " in ", options_.folder, " yet"));
  }
  const std::string path = folder_.PathOf(current, name);
  return ReadCheckedFile(path, O_NOFOLLOW, [&](int /*descriptor*/, const struct stat& info) {
    return S_ISREG(info.st_mode) ? absl::OkStatus() : NotThisFile(path);
  });
}

}  // namespace fleetca::client

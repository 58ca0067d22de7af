#include "client/files/generation_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/files/exclusive_folder.h"
#include "client/files/folder_entries.h"

namespace fleetca::client {
namespace {

constexpr char kCurrent[] = "..data";
constexpr char kNextCurrent[] = "..data.new";

std::string NameOf(uint64_t generation) { return absl::StrCat("..", generation); }

// nullopt for any name that NameOf does not make.
std::optional<uint64_t> GenerationOf(absl::string_view name) {
  uint64_t generation = 0;
  absl::string_view digits = name;
  if (!absl::ConsumePrefix(&digits, "..") || !absl::SimpleAtoi(digits, &generation) ||
      generation == 0 || NameOf(generation) != name) {
    return std::nullopt;
  }
  return generation;
}

std::string TargetOf(absl::string_view name) { return absl::StrCat(kCurrent, "/", name); }

absl::Status NotOurs(absl::string_view folder, absl::string_view name, absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(folder, "/", name, " ", problem));
}

constexpr size_t kMostNamed = 3;

// A generation that is not removed, as others have made these folders in it.
absl::Status StaysFor(absl::string_view generation, absl::Span<const std::string> folders) {
  std::vector<std::string> named;
  for (const std::string& folder : folders.subspan(0, kMostNamed)) {
    named.push_back(absl::StrCat("\"", absl::Utf8SafeCHexEscape(folder), "\""));
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(generation, " is of earlier files and is not removed, because ",
                   absl::StrJoin(named, ", "), folders.size() > kMostNamed ? " and others" : "",
                   folders.size() == 1 ? " in it is a folder" : " in it are folders",
                   " that this program has not made; move what is needed elsewhere, and remove ",
                   generation));
}

// A new file, closed to others until all is there.
void WriteNew(DiskSteps& steps, int folder, const PlacedFile& file, const FileOwner& owner) {
  Descriptor made;
  steps
      .Do(absl::StrCat("create ", file.name),
          [&] {
            made.Reset(openat(folder, file.name.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
            return made.get();
          })
      .Do(absl::StrCat("own ", file.name),
          [&] { return fchown(made.get(), owner.user, owner.group); })
      .Do(absl::StrCat("chmod ", file.name), [&] { return fchmod(made.get(), file.mode); })
      .Do(absl::StrCat("write ", file.name),
          [&] {
            errno = WriteAll(made.get(), file.contents.view());
            return errno == 0 ? 0 : -1;
          })
      .Do(absl::StrCat("sync ", file.name), [&] { return fsync(made.get()); })
      .Do(absl::StrCat("close ", file.name), [&] { return close(made.Release()); });
}

}  // namespace

absl::StatusOr<GenerationFolder> GenerationFolder::Open(const std::string& path,
                                                        BeforeStep before) {
  FLEETCA_ASSIGN_OR_RETURN(Descriptor folder, OpenExclusively(path, before));
  return GenerationFolder(path, std::move(folder), std::move(before));
}

bool GenerationFolder::IsAtItsPath() const {
  struct stat opened;
  struct stat found;
  if (stat(path_.c_str(), &found) != 0) {
    return errno != ENOENT && errno != ENOTDIR;  // what cannot be seen is not known to be gone
  }
  return fstat(folder_.get(), &opened) != 0 ||
         (opened.st_dev == found.st_dev && opened.st_ino == found.st_ino);
}

absl::StatusOr<uint64_t> GenerationFolder::Current() const {
  const std::optional<std::string> target = ReadLink(folder_.get(), kCurrent);
  if (!target.has_value() && errno == ENOENT) {
    return 0;
  }
  const std::optional<uint64_t> generation = target.has_value() ? GenerationOf(*target) : 0;
  if (generation.value_or(0) == 0) {
    return NotOurs(path_, kCurrent,
                   "is not the link that this program makes; remove it, or name another "
                   "folder");
  }
  return *generation;
}

std::vector<uint64_t> GenerationFolder::All() const {
  std::vector<uint64_t> all;
  for (const std::string& name : NamesOf(folder_.get(), ".")) {
    if (const std::optional<uint64_t> generation = GenerationOf(name)) {
      all.push_back(*generation);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::string GenerationFolder::PathOf(uint64_t generation, absl::string_view name) const {
  return absl::StrCat(path_, "/", NameOf(generation), name.empty() ? "" : "/", name);
}

std::vector<std::string> GenerationFolder::NamesIn(uint64_t generation) const {
  return NamesOf(folder_.get(), NameOf(generation));
}

std::optional<struct stat> GenerationFolder::Stat(uint64_t generation,
                                                  const std::string& name) const {
  const std::string relative = absl::StrCat(NameOf(generation), name.empty() ? "" : "/", name);
  struct stat info;
  return fstatat(folder_.get(), relative.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0
             ? std::optional<struct stat>(info)
             : std::nullopt;
}

bool GenerationFolder::HasFiles(uint64_t generation) const {
  for (const std::string& name : NamesIn(generation)) {
    const std::optional<struct stat> info = Stat(generation, name);
    if (info.has_value() && !S_ISDIR(info->st_mode)) {
      return true;
    }
  }
  return false;
}

bool GenerationFolder::IsFor(uint64_t generation, const FileOwner& owner, mode_t mode) const {
  const std::optional<struct stat> info = Stat(generation);
  return info.has_value() && S_ISDIR(info->st_mode) && (info->st_mode & 07777) == mode &&
         IsOf(*info, owner);
}

absl::Status GenerationFolder::Make(uint64_t generation, absl::Span<const PlacedFile> files,
                                    const std::vector<bool>& same, uint64_t from,
                                    const FileOwner& owner, mode_t mode) {
  const std::string name = NameOf(generation);
  DiskSteps steps(before_);
  Descriptor folder;
  steps.Do(absl::StrCat("make ", name), [&] { return mkdirat(folder_.get(), name.c_str(), 0700); })
      .Do(absl::StrCat("open ", name), [&] {
        folder = OpenFolderIn(folder_.get(), name);
        return folder.get();
      });
  for (size_t i = 0; i < files.size() && steps.error() == 0; ++i) {
    const std::string old = absl::StrCat(NameOf(from), "/", files[i].name);
    bool linked = false;
    if (same[i]) {
      steps.Do(absl::StrCat("link ", files[i].name), [&] {
        // Where there are no hard links, a copy will do.
        linked = linkat(folder_.get(), old.c_str(), folder.get(), files[i].name.c_str(), 0) == 0;
        return 0;
      });
    }
    if (!linked) {
      WriteNew(steps, folder.get(), files[i], owner);
    }
  }
  steps
      .Do(absl::StrCat("own ", name), [&] { return fchown(folder.get(), owner.user, owner.group); })
      .Do(absl::StrCat("chmod ", name), [&] { return fchmod(folder.get(), mode); })
      .Do(absl::StrCat("sync ", name), [&] { return SyncFolder(folder.get()); });
  return steps.error() == 0 ? absl::OkStatus()
                            : FileError("write", PathOf(generation), steps.error());
}

absl::Status GenerationFolder::SwitchTo(uint64_t generation) {
  DiskSteps steps(before_);
  const std::string name = NameOf(generation);
  steps.Do("sync the generation's name", [&] { return SyncFolder(folder_.get()); })
      .Do("remove an unfinished link",
          [&] { return unlinkat(folder_.get(), kNextCurrent, 0) == 0 || errno == ENOENT ? 0 : -1; })
      .Do("make the link", [&] { return symlinkat(name.c_str(), folder_.get(), kNextCurrent); })
      .Do("switch", [&] { return renameat(folder_.get(), kNextCurrent, folder_.get(), kCurrent); })
      .Do("sync the switch", [&] { return SyncFolder(folder_.get()); });
  return steps.error() == 0 ? absl::OkStatus()
                            : FileError("write", absl::StrCat(path_, "/", kCurrent), steps.error());
}

absl::Status GenerationFolder::Remove(uint64_t generation) {
  const std::string name = NameOf(generation);
  DiskSteps steps(before_);
  const Descriptor folder = OpenFolderIn(folder_.get(), name);
  std::vector<std::string> in_the_way;
  if (folder.valid()) {
    for (const std::string& file : NamesOf(folder_.get(), name)) {
      steps.Do(absl::StrCat("remove ", file, " of ", name), [&] {
        if (unlinkat(folder.get(), file.c_str(), 0) == 0) {
          return 0;
        }
        const int error = errno;
        if (error == EISDIR) {
          in_the_way.push_back(file);
        }
        errno = error;
        return error == EISDIR ? 0 : -1;
      });
    }
  }
  if (steps.error() == 0 && !in_the_way.empty()) {
    return StaysFor(PathOf(generation), in_the_way);
  }
  steps.Do(absl::StrCat("remove ", name),
           [&] { return unlinkat(folder_.get(), name.c_str(), AT_REMOVEDIR); });
  return steps.error() == 0 ? absl::OkStatus()
                            : FileError("remove", PathOf(generation), steps.error());
}

absl::Status GenerationFolder::CheckPublicNames(absl::Span<const PlacedFile> files) const {
  for (const PlacedFile& file : files) {
    const std::optional<std::string> target = ReadLink(folder_.get(), file.name);
    if (target.has_value() ? *target != TargetOf(file.name) : errno != ENOENT) {
      return NotOurs(path_, file.name,
                     "is there already, and is not a link that this program made; move it "
                     "away, or give the new file another name");
    }
  }
  return absl::OkStatus();
}

bool GenerationFolder::IsPublished(const std::string& name) const {
  return ReadLink(folder_.get(), name) == TargetOf(name);
}

absl::Status GenerationFolder::Publish(absl::Span<const PlacedFile> files) {
  DiskSteps steps(before_);
  for (const PlacedFile& file : files) {
    if (!ReadLink(folder_.get(), file.name).has_value()) {
      steps.Do(absl::StrCat("publish ", file.name), [&] {
        return symlinkat(TargetOf(file.name).c_str(), folder_.get(), file.name.c_str());
      });
    }
  }
  for (const std::string& name : NamesOf(folder_.get(), ".")) {
    const bool wanted = std::any_of(files.begin(), files.end(),
                                    [&](const PlacedFile& file) { return file.name == name; });
    if (!wanted && IsPublished(name)) {
      steps.Do(absl::StrCat("withdraw ", name),
               [&] { return unlinkat(folder_.get(), name.c_str(), 0); });
    }
  }
  // In any case, for the names and switches of a process that ended before it came to this.
  steps.Do("sync the names", [&] { return SyncFolder(folder_.get()); });
  return steps.error() == 0 ? absl::OkStatus() : FileError("write to", path_, steps.error());
}

}  // namespace fleetca::client

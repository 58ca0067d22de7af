#include "client/trust_stores/image_root.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

namespace fs = std::filesystem;

absl::Status Refused(absl::string_view path, absl::string_view why) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("In the image, ", path, " ", why,
                   "; nothing was changed. Mend the image, or run update-ca-certificates in it"));
}

// Neither taken apart nor taken for a pattern by a shell that does not quote.
bool IsPlain(absl::string_view path) {
  return std::none_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isspace(c) || absl::ascii_iscntrl(c) || absl::StrContains("*?[]\\", c);
  });
}

// True in `there` when every part of the way from `root` is a folder itself.
absl::Status CheckFolderBelow(const std::string& root, absl::string_view folder, bool* there) {
  *there = false;
  std::string path = root;
  Descriptor at(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const absl::string_view part : absl::StrSplit(folder, '/')) {
    if (!at.valid()) {
      break;
    }
    absl::StrAppend(&path, "/", part);
    at.Reset(
        openat(at.get(), std::string(part).c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  if (at.valid()) {
    *there = true;
    return absl::OkStatus();
  }
  if (errno == ENOENT) {
    return absl::OkStatus();
  }
  return errno == ENOTDIR || errno == ELOOP
             ? Refused(path, "is a link or a file where a folder belongs, and may lead out of it")
             : FileError("look into the folder", path, errno);
}

// Of the bundle and the links beside it: the first is written, and links that lead to folders are
// written into.
absl::Status CheckBundleEntry(const fs::directory_entry& entry) {
  std::error_code error;
  const std::string path = entry.path().string();
  const fs::file_type type = entry.symlink_status(error).type();
  const bool is_bundle = absl::StartsWith(entry.path().filename().string(), "ca-certificates.crt");
  if (is_bundle && type != fs::file_type::regular) {
    return Refused(path, "is no file of its own, and would be written wherever it leads");
  }
  if (type == fs::file_type::symlink && entry.is_directory(error)) {
    return Refused(path, "is a link to a folder, and would be written into");
  }
  return IsPlain(path) ? absl::OkStatus()
                       : Refused(path,
                                 "has a blank or a pattern in its name, which "
                                 "update-ca-certificates takes for the names of other files");
}

absl::Status CheckBundleFolder(const std::string& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error); !error && at != fs::end(at);
       at.increment(error)) {
    FLEETCA_RETURN_IF_ERROR(CheckBundleEntry(*at));
  }
  return error ? FileError("look into the folder", folder, error.value()) : absl::OkStatus();
}

bool IsBelow(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

// Of the certificates that become trusted: each is read, through links too, and written into the
// bundle. Folders to which links lead are looked into, each once.
absl::Status CheckLocalRoots(const std::string& root, const std::string& first) {
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  std::vector<fs::path> folders = {fs::canonical(first, error)};
  std::set<fs::path> seen(folders.begin(), folders.end());
  while (!error && !folders.empty()) {
    const fs::path folder = folders.back();
    folders.pop_back();
    for (fs::directory_iterator at(folder, error); !error && at != fs::end(at);
         at.increment(error)) {
      std::error_code leads_nowhere;
      const fs::path real = fs::canonical(at->path(), leads_nowhere);
      if (leads_nowhere) {
        continue;
      }
      if (!IsBelow(real, real_root)) {
        return Refused(at->path().string(), "is a link that leads out of it");
      }
      if (at->is_directory(leads_nowhere) && seen.insert(real).second) {
        folders.push_back(real);
      }
    }
  }
  return error ? FileError("look into the folder", first, error.value()) : absl::OkStatus();
}

}  // namespace

absl::Status CheckImage(const std::string& root) {
  if (!IsPlain(root)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("The path of the image, ", root,
                     ", has a blank or one of *?[]\\, which update-ca-certificates takes for the "
                     "names of other files; nothing was changed. Give the image another path"));
  }
  bool there = false;
  FLEETCA_RETURN_IF_ERROR(CheckFolderBelow(root, kLocalRootsFolder, &there));
  if (there) {
    FLEETCA_RETURN_IF_ERROR(CheckLocalRoots(root, absl::StrCat(root, "/", kLocalRootsFolder)));
  }
  FLEETCA_RETURN_IF_ERROR(CheckFolderBelow(root, kBundleFolder, &there));
  return there ? CheckBundleFolder(absl::StrCat(root, "/", kBundleFolder)) : absl::OkStatus();
}

}  // namespace fleetca::client

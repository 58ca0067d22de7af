#include "base/output_place.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file_status.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

// As many as Linux follows.
constexpr int kMaxLinks = 40;

struct FreeMemory {
  void operator()(char* memory) const { free(memory); }
};

struct Split {
  std::string folder;
  std::string name;
};

// The folder without links and the last part of the path.
absl::StatusOr<Split> Resolve(const std::string& path, absl::string_view given) {
  const size_t slash = path.rfind('/');
  Split split;
  split.folder = FolderOf(path);
  split.name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (split.name.empty() || split.name == "." || split.name == "..") {
    return FileError("write", given, split.name.empty() && path.empty() ? ENOENT : EISDIR);
  }
  const std::unique_ptr<char, FreeMemory> real(realpath(split.folder.c_str(), nullptr));
  if (real == nullptr) {
    return FileError("write", given, errno);
  }
  split.folder = real.get();
  return split;
}

// The number in /proc/PID/fd/NUMBER of this process, or -1.
int OwnDescriptor(const Split& split) {
  int number = -1;
  return split.folder == absl::StrCat("/proc/", getpid(), "/fd") &&
                 absl::SimpleAtoi(split.name, &number) && number >= 0
             ? number
             : -1;
}

// The rule of the kernel's fs.protected_symlinks: in a folder where everybody may make files, a
// process follows the links of its own user and of the folder's owner.
bool MayFollow(const std::string& folder, const struct stat& link) {
  struct stat around;
  return stat(folder.c_str(), &around) != 0 || (around.st_mode & S_ISVTX) == 0 ||
         (around.st_mode & S_IWOTH) == 0 || link.st_uid == geteuid() ||
         link.st_uid == around.st_uid;
}

std::string Join(const Split& split) {
  return absl::StrCat(split.folder == "/" ? "" : split.folder, "/", split.name);
}

absl::StatusOr<OutputPlace> PlaceOfDescriptor(int number, absl::string_view given) {
  if (fcntl(number, F_GETFL) < 0) {
    return FileError("write", given, errno);
  }
  OutputPlace place;
  place.path = std::string(given);
  place.is_stream = true;
  place.descriptor = number;
  return place;
}

// What stands at the end of the links.
absl::StatusOr<OutputPlace> PlaceOf(const Split& split, const struct stat* found,
                                    absl::string_view given) {
  OutputPlace place;
  place.path = Join(split);
  if (found != nullptr &&
      (S_ISCHR(found->st_mode) || S_ISFIFO(found->st_mode) || S_ISSOCK(found->st_mode))) {
    place.is_stream = true;
    place.is_socket = S_ISSOCK(found->st_mode);
    return place;
  }
  if (found != nullptr && !S_ISREG(found->st_mode)) {
    return S_ISDIR(found->st_mode)
               ? FileError("write", given, EISDIR)
               : FileError("write", given, EINVAL, "; it is a disk, and no file");
  }
  struct stat folder;
  if (stat(split.folder.c_str(), &folder) != 0) {
    return FileError("write", given, errno);
  }
  place.identity.folder_device = folder.st_dev;
  place.identity.folder_inode = folder.st_ino;
  place.identity.name = split.name;
  if (found != nullptr) {
    place.identity.exists = true;
    place.identity.device = found->st_dev;
    place.identity.inode = found->st_ino;
  }
  return place;
}

// As open() is for the others.
absl::StatusOr<Descriptor> Connect(const std::string& path) {
  // By the file that is open: an address has room for a path of 107 octets alone.
  const Descriptor file(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!file.valid()) {
    return FileError("write", path, errno);
  }
  const std::string through = absl::StrCat("/proc/self/fd/", file.get());
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, through.c_str(), through.size() + 1);
  Descriptor connected(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connected.valid() ||
      connect(connected.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return FileError("write", path, errno);
  }
  return connected;
}

}  // namespace

bool FileIdentity::IsSameAs(const FileIdentity& other) const {
  const bool same_name = folder_device == other.folder_device &&
                         folder_inode == other.folder_inode && name == other.name;
  return same_name || (exists && other.exists && device == other.device && inode == other.inode);
}

absl::StatusOr<OutputPlace> FindOutputPlace(absl::string_view path) {
  if (IsStandardStream(path)) {
    return PlaceOfDescriptor(STDOUT_FILENO, "standard output");
  }
  std::string at(path);
  for (int links = 0; links <= kMaxLinks; ++links) {
    FLEETCA_ASSIGN_OR_RETURN(const Split split, Resolve(at, path));
    if (const int number = OwnDescriptor(split); number >= 0) {
      return PlaceOfDescriptor(number, path);
    }
    const std::string here = Join(split);
    struct stat found;
    if (lstat(here.c_str(), &found) != 0) {
      return errno == ENOENT ? PlaceOf(split, nullptr, path) : FileError("write", path, errno);
    }
    if (!S_ISLNK(found.st_mode)) {
      return PlaceOf(split, &found, path);
    }
    if (!MayFollow(split.folder, found)) {
      return FileError("write", path, EPERM, "; the link there is another user's");
    }
    char target[PATH_MAX];
    const ssize_t size = readlink(here.c_str(), target, sizeof(target));
    if (size <= 0 || size == static_cast<ssize_t>(sizeof(target))) {
      return FileError("write", path, size < 0 ? errno : ENAMETOOLONG);
    }
    const std::string next(target, static_cast<size_t>(size));
    at = next.front() == '/' ? next : absl::StrCat(split.folder, "/", next);
  }
  return FileError("write", path, ELOOP);
}

std::optional<FileIdentity> FindFile(absl::string_view path) {
  const absl::StatusOr<OutputPlace> place = FindOutputPlace(path);
  if (!place.ok() || place->is_stream) {
    return std::nullopt;
  }
  return place->identity;
}

absl::StatusOr<Descriptor> OpenStream(const OutputPlace& place) {
  if (place.is_socket) {
    return Connect(place.path);
  }
  // A copy of the descriptor, as opening /dev/stdout anew needs rights that its owner alone has,
  // and would write over the beginning of a file.
  Descriptor opened(place.descriptor >= 0
                        ? fcntl(place.descriptor, F_DUPFD_CLOEXEC, 0)
                        : open(place.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!opened.valid()) {
    return FileError("write", place.path, errno);
  }
  return opened;
}

}  // namespace fleetca

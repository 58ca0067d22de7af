#include "client/files/folder_entries.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "absl/strings/string_view.h"

namespace fleetca::client {

std::optional<std::string> ReadLink(int folder, const std::string& name) {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(folder, name.c_str(), target, sizeof(target));
  return size < 0
             ? std::nullopt
             : std::optional<std::string>(absl::string_view(target, static_cast<size_t>(size)));
}

Descriptor OpenFolderIn(int folder, const std::string& name) {
  return Descriptor(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

std::vector<std::string> NamesOf(int folder, const std::string& name) {
  std::vector<std::string> names;
  Descriptor opened = OpenFolderIn(folder, name);
  DIR* const stream = opened.valid() ? fdopendir(opened.get()) : nullptr;
  if (stream == nullptr) {
    return names;
  }
  static_cast<void>(opened.Release());  // the stream's own now
  while (const dirent* entry = readdir(stream)) {
    const absl::string_view found = entry->d_name;
    if (found != "." && found != "..") {
      names.emplace_back(found);
    }
  }
  closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

int SyncFolder(int descriptor) { return fsync(descriptor) == 0 || errno == EINVAL ? 0 : -1; }

}  // namespace fleetca::client

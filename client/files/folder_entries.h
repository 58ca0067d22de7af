// What is in a folder that is open already.
#ifndef FLEETCA_CLIENT_FILES_FOLDER_ENTRIES_H_
#define FLEETCA_CLIENT_FILES_FOLDER_ENTRIES_H_

#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"

namespace fleetca::client {

// Every function here is thread-safe. `folder` is the descriptor of one.

// What the link of this name leads to; nullopt with errno where there is none.
[[nodiscard]] std::optional<std::string> ReadLink(int folder, const std::string& name);

// The folder of this name, which may be "."; empty with errno where there is none, or it is a link.
[[nodiscard]] Descriptor OpenFolderIn(int folder, const std::string& name);

// The names in the folder of this name, in order; none where OpenFolderIn opens none.
std::vector<std::string> NamesOf(int folder, const std::string& name);

// As fsync. Some file systems cannot sync a folder and say EINVAL: they have nothing to sync.
[[nodiscard]] int SyncFolder(int folder);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_FOLDER_ENTRIES_H_

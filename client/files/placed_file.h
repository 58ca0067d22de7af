// A file as those who read it find it.
#ifndef FLEETCA_CLIENT_FILES_PLACED_FILE_H_
#define FLEETCA_CLIENT_FILES_PLACED_FILE_H_

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>

#include "base/secret.h"

namespace fleetca::client {

struct PlacedFile {
  // Without a folder: "tls.key".
  std::string name;
  SecretBytes contents;
  // As in chmod.
  mode_t mode = 0600;
};

// Whom files are given to. -1, as in chown: nobody but whoever makes them.
struct FileOwner {
  uid_t user = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
};

// Whether a file that was made for this owner is still his. The group is not looked at where none
// was asked for, as the folder around a file may decide it.
inline bool IsOf(const struct stat& info, const FileOwner& owner) {
  const uid_t user = owner.user == static_cast<uid_t>(-1) ? geteuid() : owner.user;
  return info.st_uid == user &&
         (owner.group == static_cast<gid_t>(-1) || info.st_gid == owner.group);
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_PLACED_FILE_H_

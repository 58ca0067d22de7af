// The files of a certificate and its key, replaced together.
#ifndef FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_
#define FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

struct PairFiles {
  std::string certificate;
  std::string private_key;
};

// Every function here is thread-safe for different files, and fails as FileError does
// (base/file_status.h).

// Puts new contents in both files. Each is written beside its file and synced before the first
// takes its place, so that a full disk, or a folder that may not be written, leaves both as they
// were. A symbolic link stays, and what it names is made or replaced; owner, group and mode stay
// (a new file has 0644, a key 0600). The key comes first, and is put back where the certificate
// cannot follow. Two files cannot change at one instant: a machine that stops between the two
// leaves a new key beside an old certificate, which whoever reads the pair must see. The old key is
// in no file afterwards, whenever the machine stops.
//
// kFilePermissions also where the owner cannot be kept, or others can read the key that is there.
absl::Status ReplacePair(const PairFiles& files, absl::string_view certificate,
                         absl::string_view private_key);

// Puts a copy of the key, with owner and mode, beside it, for one that is about to be replaced and
// may be somebody's only copy: "server.key.replaced", or "server.key.replaced-2" where that has
// another key. Durable once it returns the copy's path.
absl::StatusOr<std::string> KeepKey(const std::string& key_file);

// SHA-256 of what a pair's files say, for comparing.
std::string PairSha256(absl::string_view certificate, absl::string_view private_key);

// The same of the files; a key that is not there counts as an empty one.
absl::StatusOr<std::string> PairFilesSha256(const PairFiles& files);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_

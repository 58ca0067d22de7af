// The files of a certificate and its key, replaced together.
#ifndef FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_
#define FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

struct PairFiles {
  std::string certificate;
  std::string private_key;
};

// Puts new contents in both files. Each is written beside its file and synced before the first
// takes its place, so that a full disk, or a folder that may not be written, leaves both as they
// were. A symbolic link stays, and what it names is replaced; so do owner, group and mode (a new
// file has 0644, a key 0600). The key comes first, and is put back where the certificate cannot
// follow. Two files cannot change at one instant: a machine that stops between the two leaves a new
// key beside an old certificate, which whoever reads the pair must see.
//
// The errors of FileError (base/file_status.h); kFilePermissions also where the owner cannot be
// kept. Thread-safe for different files.
absl::Status ReplacePair(const PairFiles& files, absl::string_view certificate,
                         absl::string_view private_key);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_PAIR_FILES_H_

// How a generation of files looked once it was in place, to see whether it still does.
#ifndef FLEETCA_CLIENT_FILES_GENERATION_SNAPSHOT_H_
#define FLEETCA_CLIENT_FILES_GENERATION_SNAPSHOT_H_

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "client/files/generation_folder.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// Thread-compatible.
class GenerationSnapshot {
 public:
  // Of the generation in force, which has exactly `files`, given to `owner`.
  GenerationSnapshot(const GenerationFolder& folder, uint64_t generation,
                     absl::Span<const PlacedFile> files, const FileOwner& owner);

  // OK while whoever opens a file by its public name finds the octets, the mode and the owner that
  // it had. Looks at names, sizes and times alone, and reads only a file that does not look as it
  // did: one that was copied back octet for octet counts as in place. FAILED_PRECONDITION with a
  // sentence on the first name that is not right: kFileMissing, kFileInvalid.
  absl::Status Check(const GenerationFolder& folder);

 private:
  struct Seen {
    std::string name;
    std::array<char, 32> digest;  // SHA-256 of the contents
    struct stat info = {};
  };

  // Whether the file is what it was in all that its readers depend on.
  absl::Status Reread(const std::string& path, Seen* seen) const;
  bool IsSameAccess(const struct stat& was, const struct stat& is) const;

  uint64_t generation_;
  FileOwner owner_;
  struct stat folder_info_ = {};
  std::vector<Seen> files_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_GENERATION_SNAPSHOT_H_

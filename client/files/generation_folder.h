// The folder of FileGenerations, one change at a time.
#ifndef FLEETCA_CLIENT_FILES_GENERATION_FOLDER_H_
#define FLEETCA_CLIENT_FILES_GENERATION_FOLDER_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/descriptor.h"
#include "client/files/disk_steps.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// Every name is looked up in the open folder, and no link is followed, so that nobody who may
// write to a generation's folder leads a write elsewhere. Errors are those of FileError.
// Thread-compatible.
class GenerationFolder {
 public:
  // Makes the folder where there is none, looks whose it is, and locks it. The errors of
  // FileGenerations::Open.
  static absl::StatusOr<GenerationFolder> Open(const std::string& path, BeforeStep before);

  const std::string& path() const { return path_; }
  // Whether the path still leads to this folder. An open folder is usable, and of no use, after its
  // name is gone.
  bool IsAtItsPath() const;

  // What ..data leads to; 0 where there is no such link. kFileInvalid where it is none, or leads to
  // what is no generation.
  absl::StatusOr<uint64_t> Current() const;
  // In ascending order, whole or not.
  std::vector<uint64_t> All() const;
  // The path of a file, or of the generation itself for "".
  std::string PathOf(uint64_t generation, absl::string_view name = "") const;
  // The names of a generation's files, in order; none where there is no such folder.
  std::vector<std::string> NamesIn(uint64_t generation) const;

  // Of a file, or of the generation's folder for "", without following a link; nullopt where there
  // is none.
  [[nodiscard]] std::optional<struct stat> Stat(uint64_t generation,
                                                const std::string& name = "") const;
  // Whether anything but folders is in the generation: it is no rest that Remove has left.
  bool HasFiles(uint64_t generation) const;

  // Whether the generation's folder has this owner and mode.
  bool IsFor(uint64_t generation, const FileOwner& owner, mode_t mode) const;

  // Makes a generation that is not there, durably but for its own name. Of the files for which
  // `same` holds, those of generation `from` are taken.
  absl::Status Make(uint64_t generation, absl::Span<const PlacedFile> files,
                    const std::vector<bool>& same, uint64_t from, const FileOwner& owner,
                    mode_t mode);
  // Puts it in force, durably.
  absl::Status SwitchTo(uint64_t generation);
  // Nothing is in force that is removed. Takes away all but the folders in it, which are not this
  // program's, and follows no link. FAILED_PRECONDITION kFileInvalid names the folders that are in
  // the way and for which the generation's own stays; the errors of FileError.
  absl::Status Remove(uint64_t generation);

  // kFileInvalid when one of the names is taken by what is no link of ours.
  absl::Status CheckPublicNames(absl::Span<const PlacedFile> files) const;
  // Whether the file's name leads to the generation in force.
  bool IsPublished(const std::string& name) const;
  // Has each file's name lead to the generation in force, and takes links of ours away that no file
  // has. Durable.
  absl::Status Publish(absl::Span<const PlacedFile> files);

 private:
  GenerationFolder(std::string path, Descriptor folder, BeforeStep before)
      : path_(std::move(path)), folder_(std::move(folder)), before_(std::move(before)) {}

  std::string path_;
  Descriptor folder_;
  BeforeStep before_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_GENERATION_FOLDER_H_

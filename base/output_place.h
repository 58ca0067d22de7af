// Where what is written to a path ends up.
#ifndef FLEETCA_BASE_OUTPUT_PLACE_H_
#define FLEETCA_BASE_OUTPUT_PLACE_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"

namespace fleetca {

// A file by what the file system knows it by, so that two spellings, a symbolic link and a hard
// link are the same one. Thread-compatible.
struct FileIdentity {
  // Of the folder, where the name stands.
  dev_t folder_device = 0;
  ino_t folder_inode = 0;
  std::string name;
  // Of the file, where there is one.
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;

  bool IsSameAs(const FileIdentity& other) const;
};

// What a path stands for once its symbolic links are followed.
struct OutputPlace {
  // To be made or replaced; never a link. For a stream, how it is opened.
  std::string path;
  // A character device, a pipe, or an open descriptor of this process, such as /dev/stdout: it is
  // written to where it is.
  bool is_stream = false;
  // This process's descriptor that the path names (/dev/fd/3), or -1.
  int descriptor = -1;
  // Where it is no stream.
  FileIdentity identity;
};

// FAILED_PRECONDITION kFileMissing, kFilePermissions, kFileInvalid: a folder that is not there, a
// directory, a socket, a block device, a link that somebody else put into a folder such as /tmp.
absl::StatusOr<OutputPlace> FindOutputPlace(absl::string_view path);

// The file that `path` leads to, for comparing; nullopt where it leads nowhere, or to no file.
[[nodiscard]] std::optional<FileIdentity> FindFile(absl::string_view path);

// The stream of `place`, for writing. Opening a pipe waits for its reader.
absl::StatusOr<Descriptor> OpenStream(const OutputPlace& place);

// "Cannot write PATH: Permission denied", as the reason that `error`, an errno, stands for.
absl::Status CannotWriteFile(absl::string_view path, int error, absl::string_view more = "");

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_PLACE_H_

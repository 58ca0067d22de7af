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
  // These describe the folder that the name is in.
  dev_t folder_device = 0;
  ino_t folder_inode = 0;
  std::string name;
  // These describe the file, where there is one.
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;

  bool IsSameAs(const FileIdentity& other) const;
};

// What a path stands for once its symbolic links are followed.
struct OutputPlace {
  // To be made or replaced; never a link. For a stream, how it is opened.
  std::string path;
  // A character device, a pipe, a socket, or an open descriptor of this process, such as
  // /dev/stdout: it is written to where it is.
  bool is_stream = false;
  // Of the streams, one that is connected to instead of opened.
  bool is_socket = false;
  // This process's descriptor that the path names (/dev/fd/3), or -1.
  int descriptor = -1;
  // Set where the place is not a stream.
  FileIdentity identity;
};

// "-" is standard output; a file of that name is "./-". FAILED_PRECONDITION kFileMissing,
// kFilePermissions, kFileInvalid: a folder that is not there, a directory, a disk, a link that
// somebody else put into a folder such as /tmp.
absl::StatusOr<OutputPlace> FindOutputPlace(absl::string_view path);

// The file that `path` leads to, for comparing; nullopt where it leads nowhere, or to no file.
[[nodiscard]] std::optional<FileIdentity> FindFile(absl::string_view path);

// The stream of `place`, for writing. Opening a pipe waits for its reader; a socket must be one
// that somebody listens at (SOCK_STREAM).
absl::StatusOr<Descriptor> OpenStream(const OutputPlace& place);

}  // namespace fleetca

#endif  // FLEETCA_BASE_OUTPUT_PLACE_H_

// A file that is in memory alone, and whose contents are replaced at one instant.
#ifndef FLEETCA_BASE_MEMORY_FILE_H_
#define FLEETCA_BASE_MEMORY_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"

namespace fleetca {

// For libraries that take a path where we have bytes. Only this process can open the path, and
// a reader that opens it gets the whole contents of before or after a replacement, never a mixture.
//
// Thread-safe, as dup3(2) is. The descriptor's number is never given back: a library's thread may
// read the path a little longer than this object lives, and must not find another file there. So
// make few of them: a process that ends its server ends as well.
class MemoryFile {
 public:
  // FAILED_PRECONDITION kFileInvalid when the system has no descriptor, no memory or no /proc.
  static absl::StatusOr<std::unique_ptr<MemoryFile>> Create(absl::string_view contents);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  // The path is an empty file from now on.
  ~MemoryFile();

  // Contents that need only be shown, so that files that go together are all written before the
  // first one changes. The errors of Create.
  static absl::StatusOr<Descriptor> Write(absl::string_view contents);
  // Replaces the contents with those of Write; cannot fail.
  void Show(const Descriptor& written);
  // Both.
  absl::Status Replace(absl::string_view contents);

  // "/proc/self/fd/7"
  const std::string& path() const { return path_; }

 private:
  explicit MemoryFile(int descriptor);

  const int descriptor_;
  const std::string path_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_MEMORY_FILE_H_

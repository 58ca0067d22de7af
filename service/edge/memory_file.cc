#include "service/edge/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

absl::Status Failed(absl::string_view action, int error) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Cannot ", action, " a file in memory: ", strerror(error),
                   "; the process needs /proc, memory and free descriptors (ulimit -n)"));
}

bool WriteAll(int descriptor, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t count = write(descriptor, contents.data(), contents.size());
    if (count < 0 && errno != EINTR) {
      return false;
    }
    contents.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return true;
}

// A descriptor of a file that nobody can change any more.
absl::StatusOr<int> MakeSealed(absl::string_view contents) {
  const int descriptor = memfd_create("fleetca", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) {
    return Failed("make", errno);
  }
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fchmod(descriptor, 0600) != 0 || !WriteAll(descriptor, contents) ||
      fcntl(descriptor, F_ADD_SEALS, kSeals) != 0) {
    const int error = errno;
    close(descriptor);
    return Failed("write", error);
  }
  return descriptor;
}

}  // namespace

MemoryFile::MemoryFile(int descriptor)
    : descriptor_(descriptor), path_(absl::StrCat("/proc/self/fd/", descriptor)) {}

absl::StatusOr<std::unique_ptr<MemoryFile>> MemoryFile::Create(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(const int descriptor, MakeSealed(contents));
  auto file = absl::WrapUnique(new MemoryFile(descriptor));
  if (access(file->path().c_str(), R_OK) != 0) {
    return Failed("open", errno);
  }
  return file;
}

MemoryFile::~MemoryFile() { Replace("").IgnoreError(); }

absl::Status MemoryFile::Replace(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(const int fresh, MakeSealed(contents));
  const absl::Cleanup close_fresh = [fresh] { close(fresh); };
  return dup3(fresh, descriptor_, O_CLOEXEC) < 0 ? Failed("replace", errno) : absl::OkStatus();
}

}  // namespace fleetca::service

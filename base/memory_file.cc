#include "base/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

absl::Status Failed(absl::string_view action, int error) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Cannot ", action, " a file in memory: ", strerror(error),
                   "; the process needs /proc, memory and free descriptors (ulimit -n)"));
}

// A descriptor of a file that nobody can change any more.
absl::StatusOr<Descriptor> MakeSealed(absl::string_view contents) {
  Descriptor made(memfd_create("fleetca", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!made.valid()) {
    return Failed("make", errno);
  }
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (const int error = WriteAll(made.get(), contents); error != 0) {
    return Failed("write", error);
  }
  if (fchmod(made.get(), 0600) != 0 || fcntl(made.get(), F_ADD_SEALS, kSeals) != 0) {
    return Failed("write", errno);
  }
  return made;
}

}  // namespace

MemoryFile::MemoryFile(int descriptor)
    : descriptor_(descriptor), path_(absl::StrCat("/proc/self/fd/", descriptor)) {}

absl::StatusOr<std::unique_ptr<MemoryFile>> MemoryFile::Create(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(Descriptor made, MakeSealed(contents));
  auto file = absl::WrapUnique(new MemoryFile(made.Release()));
  if (access(file->path().c_str(), R_OK) != 0) {
    return Failed("open", errno);
  }
  return file;
}

MemoryFile::~MemoryFile() { Replace("").IgnoreError(); }

absl::StatusOr<Descriptor> MemoryFile::Write(absl::string_view contents) {
  return MakeSealed(contents);
}

void MemoryFile::Show(const Descriptor& written) {
  // Of two descriptors that are open it fails only for a moment (EINTR, EBUSY).
  while (dup3(written.get(), descriptor_, O_CLOEXEC) < 0 && (errno == EINTR || errno == EBUSY)) {
  }
}

absl::Status MemoryFile::Replace(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor written, Write(contents));
  Show(written);
  return absl::OkStatus();
}

}  // namespace fleetca

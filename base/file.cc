#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/large_file.h"
#include "base/secret_file_rule.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

constexpr size_t kStreamChunkBytes = size_t{64} << 10;

// Closes the descriptor when it goes out of scope. Not for written files, whose close must be
// checked.
class ScopedFd {
 public:
  explicit ScopedFd(int fd, bool owned = true) : fd_(fd), owned_(owned) {}
  ScopedFd(ScopedFd&& other) noexcept
      : fd_(other.fd_), owned_(std::exchange(other.owned_, false)) {}
  ScopedFd& operator=(ScopedFd&&) = delete;
  ~ScopedFd() {
    if (owned_) {
      close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

absl::Status Invalid(absl::string_view path, absl::string_view what) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("Cannot read ", path, ": ", what));
}

absl::Status TooLarge(absl::string_view path, size_t max_bytes = kMaxFileBytes) {
  return Invalid(path, absl::StrCat("it is larger than the limit of ", max_bytes, " bytes"));
}

absl::StatusOr<ScopedFd> Open(absl::string_view path, int more_flags) {
  const int fd = open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC | more_flags);
  if (fd >= 0) {
    return ScopedFd(fd);
  }
  const int error = errno;
  return error == ELOOP && (more_flags & O_NOFOLLOW) != 0
             ? Invalid(path, "it is a symbolic link, where this program makes none; remove it")
             : FileError("read", path, error);
}

absl::StatusOr<ScopedFd> OpenForReading(absl::string_view path) {
  if (IsStandardStream(path)) {
    return ScopedFd(STDIN_FILENO, /*owned=*/false);
  }
  return Open(path, 0);
}

absl::StatusOr<struct stat> Stat(const ScopedFd& fd, absl::string_view path) {
  struct stat info;
  if (fstat(fd.get(), &info) != 0) {
    return FileError("read", path, errno);
  }
  return info;
}

// Reads up to `out.size()` bytes and returns how many came before the end of the file.
absl::StatusOr<size_t> ReadFully(const ScopedFd& fd, absl::string_view path, char* out,
                                 size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t count = read(fd.get(), out + done, size - done);
    if (count == 0) {
      break;
    }
    if (count < 0 && errno != EINTR) {
      return FileError("read", path, errno);
    }
    done += count > 0 ? static_cast<size_t>(count) : 0;
  }
  return done;
}

// A pipe, and what is under /proc, has size 0 and must be read to its end.
absl::StatusOr<std::string> ReadToEnd(const ScopedFd& fd, absl::string_view path,
                                      const struct stat& info, size_t max_bytes) {
  if (info.st_size > static_cast<off_t>(max_bytes)) {
    return TooLarge(path, max_bytes);
  }
  std::string contents;
  while (true) {
    const size_t chunk = std::max(static_cast<size_t>(info.st_size) + 1, kStreamChunkBytes);
    const size_t done = contents.size();
    contents.resize(done + chunk);
    FLEETCA_ASSIGN_OR_RETURN(const size_t count,
                             ReadFully(fd, path, contents.data() + done, chunk));
    contents.resize(done + count);
    if (contents.size() > max_bytes) {
      return TooLarge(path, max_bytes);
    }
    if (count < chunk) {
      return contents;
    }
  }
}

// Opening a pipe would wait for its writer, for ever if there is none. Without waiting the pipe is
// opened, for whoever looks at what is open to refuse it.
absl::StatusOr<ScopedFd> OpenWithoutWaiting(absl::string_view path, int more_flags) {
  return Open(path, O_NONBLOCK | O_NOCTTY | more_flags);
}

absl::StatusOr<SecretBytes> ReadSecret(absl::string_view path, bool is_credential) {
  return ReadCheckedFile(
      path, 0, [path, is_credential](int descriptor, const struct stat& info) -> absl::Status {
        if (S_ISDIR(info.st_mode)) {
          return FileError("read", path, EISDIR);
        }
        return CheckSecretFile({info, IsOnReadOnlyMount(descriptor), is_credential}, path);
      });
}

}  // namespace

absl::StatusOr<std::string> ReadFile(absl::string_view path) {
  return ReadLargeFile(path, kMaxFileBytes);
}

absl::StatusOr<std::string> ReadLargeFile(absl::string_view path, size_t max_bytes) {
  FLEETCA_ASSIGN_OR_RETURN(const ScopedFd fd, OpenForReading(path));
  FLEETCA_ASSIGN_OR_RETURN(const struct stat info, Stat(fd, path));
  if (S_ISDIR(info.st_mode)) {
    return FileError("read", path, EISDIR);
  }
  return ReadToEnd(fd, path, info, max_bytes);
}

absl::StatusOr<std::string> ReadRegularFile(absl::string_view path, int flags, size_t max_bytes) {
  FLEETCA_ASSIGN_OR_RETURN(const ScopedFd fd, OpenWithoutWaiting(path, flags));
  FLEETCA_ASSIGN_OR_RETURN(const struct stat info, Stat(fd, path));
  if (S_ISDIR(info.st_mode)) {
    return FileError("read", path, EISDIR);
  }
  if (!S_ISREG(info.st_mode)) {
    return Invalid(path, "it is a pipe or a device; name a regular file");
  }
  return ReadToEnd(fd, path, info, max_bytes);
}

absl::StatusOr<SecretBytes> ReadSecretFile(absl::string_view path) {
  if (!IsStandardStream(path)) {
    return ReadSecret(path, /*is_credential=*/false);
  }
  // Whoever opened it for us decided who else sees it.
  FLEETCA_ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  const absl::Cleanup wipe = [&text] { WipeString(text); };
  return SecretBytes(text);
}

absl::StatusOr<SecretBytes> ReadCredentialFile(absl::string_view path) {
  return ReadSecret(path, /*is_credential=*/true);
}

absl::StatusOr<SecretBytes> ReadCheckedFile(absl::string_view path, int flags, FileCheck check) {
  FLEETCA_ASSIGN_OR_RETURN(const ScopedFd fd, OpenWithoutWaiting(path, flags));
  FLEETCA_ASSIGN_OR_RETURN(const struct stat info, Stat(fd, path));
  FLEETCA_RETURN_IF_ERROR(check(fd.get(), info));
  if (fcntl(fd.get(), F_SETFL, 0) != 0) {
    return FileError("read", path, errno);
  }
  const size_t size = static_cast<size_t>(info.st_size);
  if (size > kMaxFileBytes) {
    return TooLarge(path);
  }
  // One buffer of the file's size, so that no grown and freed buffer keeps a copy.
  std::string bytes(size + 1, '\0');
  const absl::Cleanup wipe = [&bytes] { WipeString(bytes); };
  FLEETCA_ASSIGN_OR_RETURN(const size_t count, ReadFully(fd, path, bytes.data(), bytes.size()));
  if (count > size) {
    return Invalid(path, "it grew while it was read; try again");
  }
  return SecretBytes(absl::string_view(bytes.data(), count));
}

}  // namespace fleetca

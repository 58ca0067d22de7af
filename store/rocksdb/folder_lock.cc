#include "store/rocksdb/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/rocksdb/folder.h"

namespace fleetca::store {
namespace {

absl::Status Locked(const std::string& folder, int fd) {
  char text[32];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  const absl::string_view holder =
      absl::StripAsciiWhitespace(absl::string_view(text, size < 0 ? 0 : static_cast<size_t>(size)));
  return FailedPrecondition(
      Reason::kStoreLocked,
      absl::StrCat("the store in ", folder, " is open already",
                   holder.empty() ? "" : absl::StrCat(" in process ", holder),
                   "; stop that one first, or give this one a folder of its own"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Acquire(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return StoreFileError("open", path, errno);
  }
  // flock belongs to the open file, so it also keeps out a second store in this process.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const absl::Status status =
        errno == EWOULDBLOCK ? Locked(folder, fd) : StoreFileError("lock", path, errno);
    close(fd);
    return status;
  }
  // The process id is for the message only; a disk that cannot take it is no reason to stop here.
  const std::string holder = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(fd, holder.data(), holder.size(), 0);
  }
  return std::unique_ptr<FolderLock>(new FolderLock(fd));
}

FolderLock::~FolderLock() { close(fd_); }

}  // namespace fleetca::store

#include "client/cli/terminal/timed_read.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr size_t kChunk = size_t{64} << 10;

absl::Status Invalid(const std::string& path, absl::string_view what) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("Cannot read ", path, ": ", what));
}

// Whether there is something to read, or the last writer has gone.
bool WaitForInput(int stream, absl::Duration timeout) {
  pollfd entry = {.fd = stream, .events = POLLIN, .revents = 0};
  int count;
  do {
    count = poll(&entry, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

// One reader from the first octet on: opening a pipe a second time could miss the writer.
absl::Status ReadStream(int stream, const std::string& path, absl::Duration timeout,
                        std::string* contents) {
  // So that no part of it stays behind in a buffer that was too small.
  contents->reserve(kMaxFileBytes + kChunk);
  while (contents->size() <= kMaxFileBytes) {
    if (!WaitForInput(stream, timeout)) {
      return Invalid(path, absl::StrCat("it is a pipe or a device, and nothing has come from it "
                                        "for ",
                                        absl::FormatDuration(timeout),
                                        "; start what writes to it first, or give a file"));
    }
    const size_t done = contents->size();
    contents->resize(done + kChunk);
    const ssize_t count = read(stream, contents->data() + done, kChunk);
    const int error = errno;
    contents->resize(done + (count > 0 ? static_cast<size_t>(count) : 0));
    if (count == 0) {
      return absl::OkStatus();
    }
    if (count < 0 && error != EAGAIN && error != EINTR) {
      return FileError("read", path, error);
    }
  }
  return Invalid(path, absl::StrCat("it is larger than the limit of ", kMaxFileBytes, " bytes"));
}

[[nodiscard]] bool IsPipeOrDevice(const std::string& path) {
  struct stat info;
  return !IsStandardStream(path) && stat(path.c_str(), &info) == 0 &&
         (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode));
}

absl::Status ReadInto(const std::string& path, absl::Duration timeout, std::string* contents) {
  if (IsPipeOrDevice(path)) {
    const Descriptor stream(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!stream.valid()) {
      return FileError("read", path, errno);
    }
    if (isatty(stream.get()) == 0) {
      return ReadStream(stream.get(), path, timeout, contents);
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(*contents, ReadFile(path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SecretBytes> ReadWithTimeout(const std::string& path, absl::Duration timeout) {
  std::string contents;
  const absl::Cleanup wipe = [&contents] { WipeString(contents); };
  FLEETCA_RETURN_IF_ERROR(ReadInto(path, timeout, &contents));
  return SecretBytes(contents);
}

}  // namespace fleetca::client

#include "base/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"

namespace fleetca {
namespace {

constexpr absl::string_view kAction = "write to";
constexpr absl::string_view kName = "standard output";

}  // namespace

absl::Status CheckStandardOutput() {
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) {
    return absl::OkStatus();
  }
  return FailedPrecondition(Reason::kFileInvalid,
                            absl::StrCat("Cannot ", kAction, " ", kName, ": ",
                                         flags < 0 ? std::strerror(errno) : "it is for reading",
                                         "; give a file with --out, or leave it open"));
}

absl::Status WriteStandardOutput(absl::string_view data) {
  if (std::fwrite(data.data(), 1, data.size(), stdout) != data.size() || std::fflush(stdout) != 0) {
    return FileError(kAction, kName, errno);
  }
  return absl::OkStatus();
}

}  // namespace fleetca

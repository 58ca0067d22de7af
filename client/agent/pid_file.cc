#include "client/agent/pid_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "base/text.h"

namespace fleetca::client {
namespace {

// Of Linux (PID_MAX_LIMIT).
constexpr pid_t kMaxPid = 4194304;
constexpr off_t kMaxBytes = 4096;
constexpr mode_t kWrittenByOthers = 0022;

absl::Status CheckPidFile(const std::string& path, const struct stat& info) {
  if (!S_ISREG(info.st_mode) || info.st_size > kMaxBytes) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path, " is not a pid file; correct pid_file"));
  }
  if ((info.st_mode & kWrittenByOthers) != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat("Others than its owner may write to ", path,
                     ", and could have any process signalled; chmod go-w ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PidFile> ReadPidFile(const std::string& path) {
  PidFile file;
  FLEETCA_ASSIGN_OR_RETURN(
      const SecretBytes contents,
      ReadCheckedFile(path, O_RDONLY | O_NOFOLLOW, [&](int, const struct stat& info) {
        file.owner = info.st_uid;
        file.written_at = absl::TimeFromTimespec(info.st_mtim);
        return CheckPidFile(path, info);
      }));
  absl::string_view text = contents.view();
  const absl::string_view line = TakeLine(&text);
  // SimpleAtoi also takes signs and zeros before the number.
  if (!absl::SimpleAtoi(line, &file.pid) || absl::StrCat(file.pid) != line || file.pid < 2 ||
      file.pid > kMaxPid) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path,
                                           " does not begin with a line that is the number "
                                           "of a process; correct pid_file, or see that the "
                                           "service writes it"));
  }
  return file;
}

}  // namespace fleetca::client

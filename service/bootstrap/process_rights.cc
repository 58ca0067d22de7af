#include "service/bootstrap/process_rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "service/bootstrap/system_call_filter.h"

namespace fleetca::service {
namespace {

// What each version of Landlock's interface can forbid of files: the lowest bits, so many of them.
// The headers of Debian 12 know the first two or three.
constexpr int kFileRights[] = {0, 13, 14, 15, 15, 16};
constexpr int kNetworkVersion = 4;
constexpr int kScopeVersion = 6;
constexpr uint64_t kBindTcp = 1;
constexpr uint64_t kConnectTcp = 2;
constexpr uint64_t kAbstractSockets = 1;
constexpr uint64_t kSignals = 2;

// struct landlock_ruleset_attr as it is since kScopeVersion; kernels from before take it where what
// they do not know is 0.
struct Ruleset {
  uint64_t files = 0;
  uint64_t network = 0;
  uint64_t scoped = 0;
};

std::string Problem(absl::string_view what) {
  return absl::StrCat(what, ": ", std::strerror(errno));
}

Ruleset EverythingThatCanBeForbidden(int version, bool connects) {
  const int known = static_cast<int>(std::size(kFileRights)) - 1;
  Ruleset all;
  all.files = (uint64_t{1} << kFileRights[std::min(version, known)]) - 1;
  if (version >= kNetworkVersion) {
    all.network = connects ? kBindTcp : kBindTcp | kConnectTcp;
  }
  if (version >= kScopeVersion) {
    all.scoped = kAbstractSockets | kSignals;
  }
  return all;
}

[[nodiscard]] bool AllowReading(int ruleset, const std::string& path) {
  const Descriptor file(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat found;
  if (!file.valid() || fstat(file.get(), &found) != 0) {
    return errno == ENOENT || errno == ENOTDIR;
  }
  landlock_path_beneath_attr rule = {};
  rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
  if (S_ISDIR(found.st_mode)) {
    rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
  }
  rule.parent_fd = file.get();
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

std::vector<std::string> ForbidFiles(absl::Span<const std::string> readable) {
  const int version = LandlockVersion();
  if (version == 0) {
    return {
        "it could open any file of its user, the CA key's among them, because this kernel has no "
        "Landlock (Linux 5.13 or newer, with landlock in the kernel's list lsm=)"};
  }
  const Ruleset rules = EverythingThatCanBeForbidden(version, !readable.empty());
  const Descriptor ruleset(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0)));
  if (!ruleset.valid()) {
    return {Problem("it could open any file of its user, because Landlock refuses its rules")};
  }
  std::vector<std::string> problems;
  for (const std::string& path : readable) {
    if (!AllowReading(ruleset.get(), path)) {
      problems.push_back(Problem(absl::StrCat("it cannot read ", path)));
    }
  }
  // Without it an ordinary user may not restrict himself.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    problems.push_back(Problem("it could open any file of its user"));
  }
  return problems;
}

[[nodiscard]] bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  return syscall(SYS_capset, &header, none) == 0;
}

}  // namespace

int LandlockVersion() {
  const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

absl::Status GiveUpRights(absl::Span<const std::string> readable) {
  std::vector<std::string> problems = ForbidFiles(readable);
  if (!DropCapabilities()) {
    problems.push_back(Problem("it keeps its capabilities"));
  }
  if (std::string problem = FilterSystemCalls(); !problem.empty()) {
    problems.push_back(std::move(problem));
  }
  return problems.empty()
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kConfigInvalid,
                   absl::StrCat("The process of the bootstrap port has more rights than it needs: ",
                                absl::StrJoin(problems, "; ")));
}

}  // namespace fleetca::service

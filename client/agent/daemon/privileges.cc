#include "client/agent/daemon/privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/files/folder_entries.h"
#include "client/files/folder_rule.h"

namespace fleetca::client {
namespace {

constexpr mode_t kMode = 0700;
constexpr uid_t kNobodyElse = static_cast<uid_t>(-1);

absl::Status CannotBecome(const FileOwner& user, int error) {
  return FailedPrecondition(
      Reason::kConfigInvalid, "run_as",
      absl::StrCat("The agent cannot become user ", user.user, " and group ", user.group, ": ",
                   std::strerror(error), "; start it as root, or as that user without run_as"));
}

// What a root agent would lock a whole machine out of, empty or not.
constexpr absl::string_view kOfTheMachine[] = {
    "/",          "/bin",     "/boot",      "/dev",     "/etc",     "/home",      "/lib",
    "/lib64",     "/media",   "/mnt",       "/opt",     "/proc",    "/root",      "/run",
    "/sbin",      "/srv",     "/sys",       "/tmp",     "/usr",     "/usr/local", "/var",
    "/var/cache", "/var/lib", "/var/local", "/var/log", "/var/opt", "/var/spool", "/var/tmp"};
// The first that an agent keeps (client/agent/ca/trust_keeper.h).
constexpr char kMarker[] = "trust-bundle.pem";
// In the root of a file system, which may be the agent's alone.
constexpr char kOfTheFileSystem[] = "lost+found";

bool HoldsNothing(int folder) {
  const std::vector<std::string> names = NamesOf(folder, ".");
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return name == kOfTheFileSystem; });
}

bool WasAnAgents(int folder) {
  struct stat info;
  return fstatat(folder, kMarker, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

// To the user, whose it may be already.
absl::Status Give(const std::string& path, int folder, bool made, const FileOwner& owner) {
  struct stat info;
  if (fstat(folder, &info) != 0) {
    return FileError("read", path, errno);
  }
  if (!made) {
    if (info.st_uid == owner.user) {
      return absl::OkStatus();
    }
    FLEETCA_RETURN_IF_ERROR(CheckIsAgents(path, folder));
  }
  return fchown(folder, owner.user, owner.group) == 0 ? absl::OkStatus()
                                                      : FileError("give away", path, errno);
}

}  // namespace

absl::Status CheckIsAgents(const std::string& path, int folder) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  const bool of_the_machine = std::find(std::begin(kOfTheMachine), std::end(kOfTheMachine), real) !=
                              std::end(kOfTheMachine);
  if (!of_the_machine && (HoldsNothing(folder) || WasAnAgents(folder))) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFilePermissions, "state_folder",
      absl::StrCat(path, " is not the agent's own",
                   of_the_machine ? "" : ", as it holds what no agent has put there",
                   ", and is not given to the user of run_as; name a folder for the agent alone, "
                   "such as ",
                   path, path.back() == '/' ? "" : "/", "fleetca-agent, which is made"));
}

absl::Status MakePrivateFolder(const std::string& path, const FileOwner& owner) {
  const bool made = mkdir(path.c_str(), kMode) == 0;
  if (!made && errno != EEXIST) {
    return FileError("make", path, errno);
  }
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.valid()) {
    return errno == ENOTDIR || errno == ELOOP
               ? FailedPrecondition(
                     Reason::kFileInvalid,
                     absl::StrCat(path, " is a link, or no folder; name the folder itself"))
               : FileError("open", path, errno);
  }
  // Whoever else may write there replaces the roots that the agent trusts. `owner` is root's to
  // name.
  FLEETCA_RETURN_IF_ERROR(CheckFolderIsOurs(path, folder.get(), owner.user));
  return owner.user != kNobodyElse && geteuid() == 0 ? Give(path, folder.get(), made, owner)
                                                     : absl::OkStatus();
}

absl::Status BecomeUser(const FileOwner& user) {
  if (geteuid() == user.user && getegid() == user.group) {
    return absl::OkStatus();
  }
  if (setgroups(0, nullptr) != 0 || setresgid(user.group, user.group, user.group) != 0 ||
      setresuid(user.user, user.user, user.user) != 0) {
    return CannotBecome(user, errno);
  }
  // Nobody who was root may become it again.
  if (user.user != 0 && setresuid(0, 0, 0) == 0) {
    return CannotBecome(user, EPERM);
  }
  // The change of user has set it anew, to what the machine says (suid_dumpable).
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return CannotBecome(user, errno);
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

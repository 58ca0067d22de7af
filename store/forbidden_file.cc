#include "store/forbidden_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/user_name.h"

namespace fleetca::store {
namespace {

bool IsForbidden(const std::string& path, int wanted) {
  return faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) != 0 &&
         (errno == EACCES || errno == EPERM);
}

// `whole` is what is to change hands.
std::string Sentence(const std::string& path, const std::string& whole) {
  const uid_t user = geteuid();
  struct stat found;
  if (stat(path.c_str(), &found) != 0) {
    return absl::StrCat(path, " cannot be reached by ", UserName(user),
                        ", as whom this process runs: a folder above it is closed to that user; "
                        "nothing is damaged");
  }
  if (found.st_uid == user) {
    return absl::StrFormat(
        "%s has mode %04o, so this process may not use it, although it runs as %s, who owns it; "
        "nothing is damaged: run `chmod u+rwX %s`",
        path, found.st_mode & 07777, UserName(user), path);
  }
  return absl::StrFormat(
      "%s belongs to %s (mode %04o) and this process runs as %s, so it may not use it; nothing is "
      "damaged: run `chown -R %s %s`",
      path, UserName(found.st_uid), found.st_mode & 07777, UserName(user), UserName(user), whole);
}

}  // namespace

std::string WhyForbidden(absl::string_view path) {
  namespace fs = std::filesystem;
  const std::string whole(path);
  std::error_code error;
  if (!fs::is_directory(whole, error)) {
    return IsForbidden(whole, R_OK | W_OK) ? Sentence(whole, whole) : "";
  }
  if (IsForbidden(whole, R_OK | W_OK | X_OK)) {
    return Sentence(whole, whole);
  }
  for (fs::directory_iterator it(whole, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const bool folder = it->is_directory(ignored);
    if (IsForbidden(it->path(), folder ? R_OK | W_OK | X_OK : R_OK | W_OK)) {
      return Sentence(it->path(), whole);
    }
  }
  return "";
}

}  // namespace fleetca::store

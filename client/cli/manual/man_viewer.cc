#include "client/cli/manual/man_viewer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/memory_file.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr char kProgram[] = "man";

// As a shell does it: by PATH, with this process's environment, and the page as standard input.
int Start(int page, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, page, STDIN_FILENO);
  std::string words[] = {kProgram, "-l", "-"};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int error = posix_spawnp(pid, kProgram, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

absl::Status ShowManPage(absl::string_view page, absl::string_view command) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor written, MemoryFile::Write(page));
  if (lseek(written.get(), 0, SEEK_SET) != 0) {
    return FailedPrecondition(Reason::kInternal,
                              absl::StrCat("the page cannot be read: ", std::strerror(errno)));
  }
  pid_t pid = 0;
  if (const int error = Start(written.get(), &pid); error != 0) {
    const std::string below(absl::StripPrefix(absl::StripPrefix(command, "fleetca"), " "));
    return FailedPrecondition(
        error == ENOENT ? Reason::kFileMissing : Reason::kInternal,
        absl::StrCat("man(1), which shows the page, cannot be started: ", std::strerror(error),
                     "; install it (Debian: man-db), read 'fleetca help", below.empty() ? "" : " ",
                     below, "', which says the same, or have the page's source with -o troff"));
  }
  int how = 0;
  while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
    return absl::OkStatus();
  }
  return FailedPrecondition(Reason::kInternal,
                            "man(1) did not show the page, and says above why; -o troff writes its "
                            "source");
}

}  // namespace fleetca::client

#include "deploy/quickstart/own_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/child_process.h"
#include "base/descriptor.h"
#include "base/errors.h"

extern char** environ;

namespace fleetca::quickstart {
namespace {

constexpr absl::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

absl::Status CannotRun(int error) {
  return FailedPrecondition(
      Reason::kInternal,
      absl::StrCat("fleetca could not be run once more: ", std::strerror(error),
                   "; see that the system lets this user have more processes and memory"));
}

// 0 or an errno.
int Spawn(std::vector<std::string> texts, int standard_error, pid_t* pid) {
  std::string name = "fleetca";
  std::vector<char*> argv = {name.data()};
  for (std::string& text : texts) {
    argv.push_back(text.data());
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, standard_error, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  const int error = posix_spawn(pid, kThisProgram, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

std::string ReadAll(int input) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(input, buffer, sizeof(buffer));
    if (count > 0) {
      text.append(buffer, static_cast<size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

// The sentences without the program's name before each.
std::string SentencesOf(absl::string_view said) {
  std::string text = absl::StrReplaceAll(said, {{"\nfleetca: ", "\n"}});
  return std::string(absl::StripPrefix(absl::StripAsciiWhitespace(text), "fleetca: "));
}

}  // namespace

absl::Status RunOwnCommand(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return CannotRun(errno);
  }
  const Descriptor said(ends[0]);
  Descriptor say(ends[1]);
  pid_t pid = 0;
  if (const int error = Spawn(arguments, say.get(), &pid); error != 0) {
    return CannotRun(error);
  }
  say.Reset();
  const std::string words = ReadAll(said.get());
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kConfigInvalid,
      absl::StrCat("'", CommandText(arguments), "' failed: ",
                   words.empty() ? "it was ended from outside; run 'fleetca quickstart' again"
                                 : SentencesOf(words)));
}

std::string ShellText(const std::vector<std::string>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, const std::string& word) {
    const bool plain = !word.empty() && word.find_first_not_of(kPlain.data()) == std::string::npos;
    absl::StrAppend(
        out, plain ? word : absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'"));
  });
}

std::string CommandText(const std::vector<std::string>& arguments) {
  return absl::StrCat("fleetca ", ShellText(arguments));
}

}  // namespace fleetca::quickstart

#include "client/cli/terminal/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/descriptor.h"
#include "base/standard_output.h"
#include "client/cli/terminal/screen.h"

extern char** environ;

namespace fleetca::client {
namespace {

constexpr absl::string_view kMeaningToAShell = "|&;<>()$`\\\"'*?[#~=%!{}\n";
// What a shell says of a command that it cannot run, or cannot find.
constexpr int kCannotRun = 126;
constexpr int kCannotFind = 127;

struct Pager {
  std::vector<std::string> arguments;
  std::string variable;  // that says so; "" for the one that nobody asked for
  std::string said;
};

// nullopt: the reader wants none.
std::optional<Pager> PagerOfReader() {
  for (const char* variable : {"FLEETCA_PAGER", "PAGER"}) {
    if (std::getenv(variable) == nullptr) {
      continue;
    }
    const std::string said(absl::StripAsciiWhitespace(EnvironmentText(variable)));
    if (said.empty() || said == "cat") {
      return std::nullopt;
    }
    if (said.find_first_of(kMeaningToAShell.data()) != std::string::npos) {
      return Pager{{"/bin/sh", "-c", said}, variable, said};
    }
    return Pager{absl::StrSplit(said, absl::ByAnyChar(" \t"), absl::SkipEmpty()), variable, said};
  }
  return Pager{{"less", "-FRX"}, "", ""};
}

// Whether `text` has more lines, as the terminal breaks them, than fit beside a prompt. Octets
// stand for columns: a pager that is run for nothing shows the same.
bool IsLongerThan(const ScreenSize& screen, absl::string_view text) {
  size_t rows = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    rows += 1 + line.size() / (screen.columns + 1);
    if (rows > screen.rows) {
      return true;
    }
  }
  return false;
}

// While one lives, a pager that goes away and Ctrl-C, which is for the pager, leave this process
// alone.
class SignalsForPager {
 public:
  SignalsForPager() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], &ignore, &before_[i]);
    }
  }
  SignalsForPager(const SignalsForPager&) = delete;
  SignalsForPager& operator=(const SignalsForPager&) = delete;
  ~SignalsForPager() {
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], &before_[i], nullptr);
    }
  }

 private:
  static constexpr int kSignals[] = {SIGPIPE, SIGINT, SIGQUIT};
  struct sigaction before_[std::size(kSignals)];
};

std::vector<std::string> EnvironmentOfPager() {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
  }
  if (std::getenv("LESS") == nullptr) {
    variables.emplace_back("LESS=FRX");
  }
  return variables;
}

std::vector<char*> PointersTo(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

// Starts it with `input` as its standard input, standard output and error as they are, and signals
// as a program expects them. 0 or an errno.
int Spawn(const Pager& pager, int input, pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments = pager.arguments;
  std::vector<std::string> variables = EnvironmentOfPager();
  const int error = posix_spawnp(pid, pager.arguments[0].c_str(), &actions, &attributes,
                                 PointersTo(&arguments).data(), PointersTo(&variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Until all is written, or the pager reads no more.
void WriteTo(int output, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(output, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

int WaitFor(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

// "" when the pager has shown it; otherwise why it could not be run.
std::string Page(const Pager& pager, absl::string_view text) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return std::strerror(errno);
  }
  Descriptor input(ends[0]);
  Descriptor output(ends[1]);
  const SignalsForPager signals;
  pid_t pid = 0;
  if (const int error = Spawn(pager, input.get(), &pid); error != 0) {
    return std::strerror(error);
  }
  input.Reset();
  WriteTo(output.get(), text);
  output.Reset();
  const int end = WaitFor(pid);
  return end == kCannotRun || end == kCannotFind ? absl::StrCat("exit status ", end) : "";
}

}  // namespace

absl::Status Show(OutputForm form, absl::string_view data) {
  const std::optional<ScreenSize> screen = ScreenOfStandardOutput();
  if (form != OutputForm::kText || !screen.has_value() || IsDumbTerminal() ||
      !IsLongerThan(*screen, data)) {
    return WriteStandardOutput(data);
  }
  const std::optional<Pager> pager = PagerOfReader();
  if (!pager.has_value()) {
    return WriteStandardOutput(data);
  }
  const std::string why_not = Page(*pager, data);
  if (why_not.empty()) {
    return absl::OkStatus();
  }
  if (!pager->variable.empty()) {
    Say(absl::StrCat("the pager \"", pager->said, "\" of ", pager->variable, " could not be run (",
                     why_not, "), so all is shown at once; correct ", pager->variable,
                     ", or set it to \"\" for no pager"));
  }
  return WriteStandardOutput(data);
}

}  // namespace fleetca::client

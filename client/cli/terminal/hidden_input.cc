#include "client/cli/terminal/hidden_input.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

constexpr char kTerminal[] = "/dev/tty";
// More than a line that a terminal hands on (N_TTY_BUF_SIZE of Linux).
constexpr size_t kMaxLine = 4096;

// The signals that end or stop the process unless somebody catches them. Without those that a
// mistake of the program itself raises (SIGSEGV, SIGABRT...), after which it cannot go on to Ask.
const std::vector<int>& CaughtSignals() {
  static const std::vector<int>* const signals = [] {
    auto* const all = new std::vector<int>{SIGINT,    SIGTERM, SIGQUIT, SIGHUP,   SIGTSTP, SIGALRM,
                                           SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2,  SIGPIPE, SIGXCPU,
                                           SIGXFSZ,   SIGPOLL, SIGPWR,  SIGSTKFLT};
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
      all->push_back(signal);
    }
    return all;
  }();
  return *signals;
}

absl::Status TerminalError(absl::string_view doing, int error) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("Cannot ", doing, " ", kTerminal,
                                                               ": ", std::strerror(error)));
}

// Where the handler writes the number of the signal, which wakes Ask whichever thread was hit.
std::atomic<int> g_signal_pipe = -1;

void NoteSignal(int signal) {
  const int error = errno;
  const auto number = static_cast<unsigned char>(signal);
  // A full pipe holds signals enough.
  [[maybe_unused]] const ssize_t written = write(g_signal_pipe.load(), &number, 1);
  errno = error;
}

}  // namespace

struct HiddenInput::Signals {
  std::array<int, 2> pipe = {-1, -1};
  std::vector<struct sigaction> before = std::vector<struct sigaction>(CaughtSignals().size());
};

HiddenInput::HiddenInput(int terminal)
    : terminal_(terminal), signals_(std::make_unique<Signals>()) {}

absl::StatusOr<std::unique_ptr<HiddenInput>> HiddenInput::Open() {
  const int terminal = open(kTerminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) {
    return TerminalError("open", errno);
  }
  // make_unique cannot reach a private constructor.
  std::unique_ptr<HiddenInput> input(new HiddenInput(terminal));
  if (pipe2(input->signals_->pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0 ||
      tcgetattr(terminal, &input->before_) != 0) {
    return TerminalError("ask at", errno);
  }
  FLEETCA_RETURN_IF_ERROR(input->Hide());
  return input;
}

bool HiddenInput::IsThere() {
  const int terminal = open(kTerminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) {
    close(terminal);
  }
  return terminal >= 0;
}

HiddenInput::~HiddenInput() {
  Show();
  for (const int end : signals_->pipe) {
    if (end >= 0) {
      close(end);
    }
  }
  close(terminal_);
}

absl::Status HiddenInput::Hide() {
  g_signal_pipe.store(signals_->pipe[1]);
  struct sigaction note = {};
  note.sa_handler = NoteSignal;
  sigemptyset(&note.sa_mask);
  for (size_t i = 0; i < CaughtSignals().size(); ++i) {
    sigaction(CaughtSignals()[i], nullptr, &signals_->before[i]);
    // Whoever started the command with a signal ignored, as nohup does, wants it so.
    if (signals_->before[i].sa_handler != SIG_IGN) {
      sigaction(CaughtSignals()[i], &note, nullptr);
    }
  }
  hidden_ = true;
  struct termios without_echo = before_;
  without_echo.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
  // What was typed before the question was shown on the screen, and may not have been meant for it.
  // A process in the background stops here until it is in the foreground.
  while (tcsetattr(terminal_, TCSAFLUSH, &without_echo) != 0) {
    if (errno != EINTR) {
      return TerminalError("hide what is typed at", errno);
    }
  }
  return absl::OkStatus();
}

void HiddenInput::Show() {
  if (!hidden_) {
    return;
  }
  while (tcsetattr(terminal_, TCSAFLUSH, &before_) != 0 && errno == EINTR) {
  }
  for (size_t i = 0; i < CaughtSignals().size(); ++i) {
    sigaction(CaughtSignals()[i], &signals_->before[i], nullptr);
  }
  g_signal_pipe.store(-1);
  hidden_ = false;
}

// The number of a signal that came; 0 where there is something to read.
absl::StatusOr<int> HiddenInput::WaitForInput() {
  while (true) {
    struct pollfd waited[] = {{signals_->pipe[0], POLLIN, 0}, {terminal_, POLLIN, 0}};
    if (poll(waited, std::size(waited), -1) < 0 && errno != EINTR) {
      return TerminalError("wait for", errno);
    }
    unsigned char number = 0;
    if (read(signals_->pipe[0], &number, 1) == 1) {
      return number;
    }
    if (waited[1].revents != 0) {
      return 0;
    }
  }
}

// Lets the signal do what it would have done. It returns where the process goes on, as after a
// stop.
absl::Status HiddenInput::TakeSignal(int signal, absl::string_view prompt) {
  FLEETCA_RETURN_IF_ERROR(Say("\n"));
  Show();
  raise(signal);
  FLEETCA_RETURN_IF_ERROR(Hide());
  return Say(prompt);
}

absl::StatusOr<SecretBytes> HiddenInput::Ask(absl::string_view prompt) {
  FLEETCA_RETURN_IF_ERROR(Say(prompt));
  std::string line;
  // So that no part of it stays behind in a buffer that was too small.
  line.reserve(kMaxLine);
  const absl::Cleanup wipe = [&line] { WipeString(line); };
  while (true) {
    FLEETCA_ASSIGN_OR_RETURN(const int signal, WaitForInput());
    if (signal != 0) {
      WipeString(line);
      FLEETCA_RETURN_IF_ERROR(TakeSignal(signal, prompt));
      continue;
    }
    char c = '\0';
    const ssize_t count = read(terminal_, &c, 1);
    if (count < 0 && errno != EINTR) {
      return TerminalError("read from", errno);
    }
    if (count == 0 || (count > 0 && c == '\n')) {
      FLEETCA_RETURN_IF_ERROR(Say("\n"));
      ended_ = count == 0;
      return SecretBytes(line);
    }
    if (line.size() == kMaxLine) {
      return TerminalError("read such a long line from", EOVERFLOW);
    }
    if (count > 0) {
      line.push_back(c);
    }
  }
}

absl::Status HiddenInput::Say(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(terminal_, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return TerminalError("write to", errno);
    }
    text.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client

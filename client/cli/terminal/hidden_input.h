// Lines typed at the terminal that it does not show.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_HIDDEN_INPUT_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_HIDDEN_INPUT_H_

#include <termios.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca::client {

// The process's terminal (/dev/tty, so that standard input and output may be files) without echo.
// While one of these lives, every signal that somebody else can send to end or stop the process
// (but SIGKILL and SIGSTOP, which nobody catches) is caught and takes effect inside of Ask, after
// the terminal was put back as it was; so at most one may live at a time. Not thread-safe.
class HiddenInput {
 public:
  // FAILED_PRECONDITION kFileInvalid with the system's words where there is no terminal.
  static absl::StatusOr<std::unique_ptr<HiddenInput>> Open();
  // Whether Open would find a terminal.
  [[nodiscard]] static bool IsThere();

  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;
  // Puts the terminal and what signals do back as they were.
  ~HiddenInput();

  // Writes `prompt`, and reads a line; it comes without its end, and is empty where the terminal
  // ended (Ctrl-D). A signal that ends the process does so here; after Ctrl-Z and `fg` it is asked
  // again. FAILED_PRECONDITION kFileInvalid where the terminal has gone, and for a line that is
  // longer than terminals hand on.
  absl::StatusOr<SecretBytes> Ask(absl::string_view prompt);

  // Whether the last line came because the terminal ended, and not by a key of its own.
  [[nodiscard]] bool ended() const { return ended_; }

  // Writes to the terminal.
  absl::Status Say(absl::string_view text);

 private:
  struct Signals;

  explicit HiddenInput(int terminal);

  absl::Status Hide();
  void Show();
  absl::StatusOr<int> WaitForInput();
  absl::Status TakeSignal(int signal, absl::string_view prompt);

  const int terminal_;
  struct termios before_ = {};
  bool hidden_ = false;
  bool ended_ = false;
  std::unique_ptr<Signals> signals_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_HIDDEN_INPUT_H_

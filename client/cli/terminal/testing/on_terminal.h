// Runs code whose standard output is a pseudo-terminal, and reads what it shows.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_TESTING_ON_TERMINAL_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_TESTING_ON_TERMINAL_H_

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "gtest/gtest.h"

namespace fleetca::client {

// One variable of the environment for as long as this lives; nullptr: not set.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    const char* const before = getenv(name);
    was_set_ = before != nullptr;
    before_ = was_set_ ? before : "";
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;
  ~ScopedVariable() { was_set_ ? setenv(name_, before_.c_str(), 1) : unsetenv(name_); }

 private:
  const char* const name_;
  bool was_set_ = false;
  std::string before_;
};

// What `run` writes to standard output, a terminal of this size that changes no octet. The
// environment says TERM=xterm-256color, and nothing of colours, sizes and pagers but what `run`
// sets.
inline std::string ShownOnTerminal(int columns, int rows, absl::FunctionRef<void()> run) {
  const ScopedVariable term("TERM", "xterm-256color"), no_color("NO_COLOR", nullptr),
      columns_said("COLUMNS", nullptr), lines_said("LINES", nullptr);
  const int watcher = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  EXPECT_EQ(grantpt(watcher), 0);
  EXPECT_EQ(unlockpt(watcher), 0);
  const int terminal = open(ptsname(watcher), O_RDWR | O_NOCTTY | O_CLOEXEC);
  EXPECT_GE(terminal, 0);
  termios settings;
  EXPECT_EQ(tcgetattr(terminal, &settings), 0);
  cfmakeraw(&settings);
  EXPECT_EQ(tcsetattr(terminal, TCSANOW, &settings), 0);
  winsize size = {};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  EXPECT_EQ(ioctl(terminal, TIOCSWINSZ, &size), 0);
  // Reads until nobody has the terminal open any more, which is an error (EIO) at its other end.
  std::string shown;
  std::thread reader([watcher, &shown] {
    char buffer[4096];
    for (ssize_t count = 0; (count = read(watcher, buffer, sizeof(buffer))) > 0;) {
      shown.append(buffer, static_cast<size_t>(count));
    }
  });
  std::fflush(stdout);
  const int standard_output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  dup2(terminal, STDOUT_FILENO);
  close(terminal);
  run();
  std::fflush(stdout);
  dup2(standard_output, STDOUT_FILENO);
  close(standard_output);
  reader.join();
  close(watcher);
  return shown;
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_TESTING_ON_TERMINAL_H_

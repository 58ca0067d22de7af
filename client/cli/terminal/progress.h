// The progress of long work, for a person who watches or reads later.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_PROGRESS_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_PROGRESS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace fleetca::client {

// On a terminal, from a second on, a line on standard error that is written anew a few times a
// second; elsewhere a line of its own every five seconds. Thread-compatible.
class Progress {
 public:
  // "3000 of 100000 join tokens".
  Progress(size_t total, std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { End(); }

  void Report(size_t done);

  // Ends the line, so that the next sentence has one of its own.
  void End();

 private:
  const size_t total_;
  const std::string what_;
  const bool on_terminal_;
  absl::Time next_;
  bool line_is_open_ = false;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_PROGRESS_H_

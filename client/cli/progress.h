// The progress of long work, for a person who watches.
#ifndef FLEETCA_CLIENT_CLI_PROGRESS_H_
#define FLEETCA_CLIENT_CLI_PROGRESS_H_

#include <cstddef>
#include <string>
#include <utility>

namespace fleetca::client {

// A line on standard error that is written anew with each report; nothing when that is not a
// terminal. Thread-compatible.
class Progress {
 public:
  // "3000 of 100000 join tokens".
  Progress(size_t total, std::string what) : total_(total), what_(std::move(what)) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // Ends the line, so that the next sentence has one of its own.
  ~Progress();

  void Report(size_t done);

 private:
  const size_t total_;
  const std::string what_;
  bool shown_ = false;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_PROGRESS_H_

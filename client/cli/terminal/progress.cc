#include "client/cli/terminal/progress.h"

#include <unistd.h>

#include <cstdio>

#include "base/exit_status.h"
#include "base/steady_time.h"

namespace fleetca::client {
namespace {

// What is done sooner needs no line.
constexpr absl::Duration kFirstOnTerminal = absl::Seconds(1);
constexpr absl::Duration kOnTerminal = absl::Milliseconds(100);
constexpr absl::Duration kElsewhere = absl::Seconds(5);

}  // namespace

Progress::Progress(size_t total, std::string what)
    : total_(total),
      what_(std::move(what)),
      on_terminal_(isatty(STDERR_FILENO) != 0),
      next_(SteadyTime() + (on_terminal_ ? kFirstOnTerminal : kElsewhere)) {}

void Progress::Report(size_t done) {
  // With errors as JSON, nothing else is written. On a terminal the last report is always shown
  // where there is a line, because it stays.
  const absl::Time now = SteadyTime();
  if (GetErrorForm() == ErrorForm::kJson || (now < next_ && !(line_is_open_ && done == total_))) {
    return;
  }
  next_ = now + (on_terminal_ ? kOnTerminal : kElsewhere);
  line_is_open_ = on_terminal_;
  std::fprintf(stderr, on_terminal_ ? "\r%zu of %zu %s" : "%zu of %zu %s\n", done, total_,
               what_.c_str());
  std::fflush(stderr);
}

void Progress::End() {
  if (std::exchange(line_is_open_, false)) {
    std::fputc('\n', stderr);
  }
}

}  // namespace fleetca::client

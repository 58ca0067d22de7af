#include "client/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include "base/exit_status.h"

namespace fleetca::client {

Progress::~Progress() {
  if (shown_) {
    std::fputc('\n', stderr);
  }
}

void Progress::Report(size_t done) {
  if (isatty(STDERR_FILENO) == 0 || GetErrorForm() == ErrorForm::kJson) {
    return;
  }
  shown_ = true;
  std::fprintf(stderr, "\r%zu of %zu %s", done, total_, what_.c_str());
  std::fflush(stderr);
}

}  // namespace fleetca::client

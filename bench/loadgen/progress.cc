#include "bench/loadgen/progress.h"

#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"

namespace fleetca::loadgen {

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::Show(absl::string_view line) {
  if (terminal_) {
    std::fputs(absl::StrCat("\r\033[K", line).c_str(), stderr);
    std::fflush(stderr);
    shown_ = true;
  }
}

void Progress::Clear() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    shown_ = false;
  }
}

}  // namespace fleetca::loadgen

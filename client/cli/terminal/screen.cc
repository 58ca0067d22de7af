#include "client/cli/terminal/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace fleetca::client {
namespace {

// More is a mistake, and would be a table of as many blanks.
constexpr uint32_t kMostCells = 10000;

// The variable's number, else `shown` of the terminal, else `otherwise`.
size_t CellsOf(const char* variable, size_t shown, size_t otherwise) {
  uint32_t said = 0;
  if (absl::SimpleAtoi(EnvironmentText(variable), &said) && said > 0 && said <= kMostCells) {
    return said;
  }
  return shown > 0 ? shown : otherwise;
}

}  // namespace

std::optional<ScreenSize> ScreenOfStandardOutput() {
  if (isatty(STDOUT_FILENO) == 0) {
    return std::nullopt;
  }
  struct winsize shown = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &shown) != 0) {
    shown = {};
  }
  const ScreenSize otherwise;
  return ScreenSize{.columns = CellsOf("COLUMNS", shown.ws_col, otherwise.columns),
                    .rows = CellsOf("LINES", shown.ws_row, otherwise.rows)};
}

bool IsDumbTerminal() {
  const absl::string_view term = EnvironmentText("TERM");
  return term.empty() || term == "dumb";
}

absl::string_view EnvironmentText(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

}  // namespace fleetca::client

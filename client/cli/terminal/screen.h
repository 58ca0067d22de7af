// What the environment and the system say of the terminal at standard output.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_SCREEN_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_SCREEN_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace fleetca::client {

struct ScreenSize {
  size_t columns = 80;
  size_t rows = 24;
};

// The size of the terminal at standard output: what COLUMNS and LINES say (POSIX.1-2017, XBD 8.3),
// else what the terminal does, else 80 columns of 24 rows. nullopt where standard output is no
// terminal.
[[nodiscard]] std::optional<ScreenSize> ScreenOfStandardOutput();

// Whether TERM is unset, empty or "dumb": the terminal may show a control sequence as it stands.
[[nodiscard]] bool IsDumbTerminal();

// The variable's value, "" where it is not set. Valid until the environment changes, which no
// command does while it writes.
absl::string_view EnvironmentText(const char* name);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_SCREEN_H_

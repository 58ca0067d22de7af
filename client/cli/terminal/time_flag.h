// Points in time on the command line.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_TIME_FLAG_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_TIME_FLAG_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::client {

// "2026-11-30T04:00:00Z" (RFC 3339), or how long ago: "2h" (client/cli/terminal/duration_flag.h).
// nullopt otherwise.
[[nodiscard]] std::optional<absl::Time> ParseTimeFlag(absl::string_view text, absl::Time now);

// For CLI11: "" when the text can be parsed, otherwise a sentence.
std::string CheckTimeFlag(const std::string& text);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_TIME_FLAG_H_

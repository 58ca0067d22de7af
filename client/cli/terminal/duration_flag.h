// Lengths of time on the command line, and in words.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_DURATION_FLAG_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_DURATION_FLAG_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::client {

// "24h", "90m", "1h30m", "45s", "7d": whole seconds and more than zero. nullopt otherwise.
[[nodiscard]] std::optional<absl::Duration> ParseDurationFlag(absl::string_view text);

// For CLI11: "" when the text can be parsed, otherwise a sentence.
std::string CheckDurationFlag(const std::string& text);

// "3 days 4 hours", "59 minutes 1 second": the two largest units of a length that is not negative.
std::string DurationInWords(absl::Duration duration);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_DURATION_FLAG_H_

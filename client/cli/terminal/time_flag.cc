#include "client/cli/terminal/time_flag.h"

#include "client/cli/terminal/duration_flag.h"

namespace fleetca::client {

std::optional<absl::Time> ParseTimeFlag(absl::string_view text, absl::Time now) {
  if (const std::optional<absl::Duration> ago = ParseDurationFlag(text); ago.has_value()) {
    return now - *ago;
  }
  absl::Time time;
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, text, &time, &error) && time > absl::InfinitePast() &&
                 time < absl::InfiniteFuture()
             ? std::optional(time)
             : std::nullopt;
}

std::string CheckTimeFlag(const std::string& text) {
  return ParseTimeFlag(text, absl::UnixEpoch()).has_value()
             ? ""
             : "give a time such as 2026-11-30T04:00:00Z, or how long ago, such as 2h";
}

}  // namespace fleetca::client

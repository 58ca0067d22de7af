// Lengths of time as people write them.
#ifndef FLEETCA_BASE_DURATION_TEXT_H_
#define FLEETCA_BASE_DURATION_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca {

// "3650d", "24h", "1h30m", "45s": whole seconds, more than zero and at most `longest`. nullopt
// otherwise.
[[nodiscard]] std::optional<absl::Duration> DurationFromText(absl::string_view text,
                                                             absl::Duration longest);

// "3650d", or as absl writes what is not whole days.
std::string DurationToText(absl::Duration duration);

}  // namespace fleetca

#endif  // FLEETCA_BASE_DURATION_TEXT_H_

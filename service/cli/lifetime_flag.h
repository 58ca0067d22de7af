// Lifetimes on the command line.
#ifndef FLEETCA_SERVICE_CLI_LIFETIME_FLAG_H_
#define FLEETCA_SERVICE_CLI_LIFETIME_FLAG_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::service {

// "3650d", "24h", "1h30m": whole seconds, more than zero. nullopt otherwise.
std::optional<absl::Duration> ParseLifetime(absl::string_view text);

// "3650d", or as absl writes what is not whole days.
std::string LifetimeToText(absl::Duration lifetime);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_LIFETIME_FLAG_H_

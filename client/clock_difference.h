// This host's clock beside the CA's.
#ifndef FLEETCA_CLIENT_CLOCK_DIFFERENCE_H_
#define FLEETCA_CLIENT_CLOCK_DIFFERENCE_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/issued.h"

namespace fleetca::client {

// From here on a difference is worth a word: certificates begin a few minutes before they are made.
inline constexpr absl::Duration kNotableClockDifference = absl::Minutes(3);

// How far `now`, as this host's clock said it when the answer came, is ahead of the CA's clock,
// which stands in the serial number; negative where it is behind. nullopt for an answer that was
// given before, and for one without a certificate.
[[nodiscard]] std::optional<absl::Duration> ClockAhead(const Issued& issued, absl::Time now);

// A sentence where that is notable; "" otherwise.
[[nodiscard]] std::string ClockDifferenceInWords(const Issued& issued, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLOCK_DIFFERENCE_H_

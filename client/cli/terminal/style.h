// Colour by meaning, for text on standard output.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_STYLE_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_STYLE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::client {

// What a text says of its matter. It is a colour, and the words must say the same: many see no
// colours, and a file has none.
enum class Meaning { kPlain, kGood, kWarning, kBad, kFaint };

// Whether standard output is a terminal that shows colours and somebody who wants them: not where
// TERM is unset or "dumb", nor where NO_COLOR is set to anything but the empty string
// (no-color.org).
[[nodiscard]] bool ShowsColours();

// `text` between the sequences of ECMA-48 that begin and end the colour of `meaning`; `text` itself
// where standard output shows no colours.
std::string Coloured(absl::string_view text, Meaning meaning);

// The sequence that begins the colour; "" for kPlain.
absl::string_view ColourOf(Meaning meaning);

// What has expired is bad, and so is what is not valid yet; what ends within a tenth of its whole
// time, and within 30 days, is a warning.
Meaning MeaningOfValidity(absl::Time not_before, absl::Time not_after, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_STYLE_H_

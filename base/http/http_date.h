// Points in time as HTTP writes them (RFC 9110 5.6.7).
#ifndef FLEETCA_BASE_HTTP_HTTP_DATE_H_
#define FLEETCA_BASE_HTTP_HTTP_DATE_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca {

// "Sun, 29 Nov 2026 12:46:45 GMT"; a fraction of a second is cut off.
std::string HttpDate(absl::Time time);

// The time of such a text, and of the two older forms that a recipient must understand, but for the
// names of days, which are not looked at; nullopt for any other text.
[[nodiscard]] std::optional<absl::Time> ParseHttpDate(absl::string_view text);

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_DATE_H_

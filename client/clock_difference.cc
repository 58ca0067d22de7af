#include "client/clock_difference.h"

#include "absl/strings/str_cat.h"
#include "base/time_text.h"

namespace fleetca::client {

std::optional<absl::Duration> ClockAhead(const Issued& issued, absl::Time now) {
  if (issued.replayed || issued.certificate_der.empty()) {
    return std::nullopt;
  }
  return now - issued.serial.issue_time();
}

std::string ClockDifferenceInWords(const Issued& issued, absl::Time now) {
  const std::optional<absl::Duration> ahead = ClockAhead(issued, now);
  if (!ahead.has_value() || absl::AbsDuration(*ahead) < kNotableClockDifference) {
    return "";
  }
  return absl::StrCat(
      "this machine's clock is ",
      absl::FormatDuration(absl::Trunc(absl::AbsDuration(*ahead), absl::Seconds(1))),
      *ahead > absl::ZeroDuration() ? " ahead of" : " behind", " the CA's: it says ",
      TimeToWords(now), ", and the CA's says ", TimeToWords(issued.serial.issue_time()),
      "; set the clock, or certificates here end or begin at the wrong time");
}

}  // namespace fleetca::client

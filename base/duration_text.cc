#include "base/duration_text.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

}  // namespace

std::optional<absl::Duration> DurationFromText(absl::string_view text, absl::Duration longest) {
  absl::Duration duration;
  absl::string_view digits = text;
  if (absl::ConsumeSuffix(&digits, "d")) {
    int64_t days = 0;
    // SimpleAtoi also takes signs and spaces.
    if (!absl::SimpleAtoi(digits, &days) || absl::StrCat(days) != digits) {
      return std::nullopt;
    }
    duration = days * kDay;  // infinite rather than too long to hold
  } else if (!absl::ParseDuration(text, &duration)) {
    return std::nullopt;
  }
  if (duration <= absl::ZeroDuration() || duration > longest ||
      duration == absl::InfiniteDuration() || duration != absl::Trunc(duration, absl::Seconds(1))) {
    return std::nullopt;
  }
  return duration;
}

std::string DurationToText(absl::Duration duration) {
  absl::Duration rest;
  const int64_t days = absl::IDivDuration(duration, kDay, &rest);
  return rest == absl::ZeroDuration() && days > 0 ? absl::StrCat(days, "d")
                                                  : absl::FormatDuration(duration);
}

}  // namespace fleetca

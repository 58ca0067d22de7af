#include "client/cli/terminal/duration_flag.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/duration_text.h"

namespace fleetca::client {
namespace {

constexpr int64_t kSecondsPerDay = 24 * 60 * 60;
// No certificate lives longer, and no sum overflows.
constexpr absl::Duration kLongest = absl::Hours(24 * 100 * 366);

}  // namespace

std::optional<absl::Duration> ParseDurationFlag(absl::string_view text) {
  return DurationFromText(text, kLongest);
}

std::string CheckDurationFlag(const std::string& text) {
  if (ParseDurationFlag(text).has_value()) {
    return "";
  }
  return absl::StrCat("\"", text, "\" is not a length of time such as 24h, 90m, 45s or 7d");
}

std::string DurationInWords(absl::Duration duration) {
  constexpr struct {
    int64_t seconds;
    absl::string_view name;
  } kUnits[] = {{kSecondsPerDay, "day"}, {60 * 60, "hour"}, {60, "minute"}, {1, "second"}};
  int64_t left = absl::ToInt64Seconds(duration);
  std::string words;
  int units_left = 2;
  for (const auto& unit : kUnits) {
    const int64_t count = left / unit.seconds;
    left %= unit.seconds;
    if (count > 0) {
      absl::StrAppend(&words, words.empty() ? "" : " ", count, " ", unit.name,
                      count == 1 ? "" : "s");
    }
    if (!words.empty() && --units_left == 0) {
      break;
    }
  }
  return words.empty() ? "0 seconds" : words;
}

}  // namespace fleetca::client

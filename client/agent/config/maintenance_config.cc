#include "client/agent/config/maintenance_config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

constexpr absl::string_view kDays[] = {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};
constexpr int kDaysOfWeek = 7;

// "02:00", since midnight.
std::optional<absl::Duration> ParseTimeOfDay(absl::string_view text) {
  constexpr absl::string_view kForm = "00:00";
  if (text.size() != kForm.size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == ':' ? text[i] != ':' : !absl::ascii_isdigit(text[i])) {
      return std::nullopt;
    }
  }
  const auto two_digits = [text](size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
  };
  const int hours = two_digits(0);
  const int minutes = two_digits(3);
  if (hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  return absl::Hours(hours) + absl::Minutes(minutes);
}

absl::Duration ReadTimeOfDay(absl::string_view field, const std::string& written,
                             ConfigReader* reader) {
  const std::optional<absl::Duration> time = ParseTimeOfDay(written);
  if (!time.has_value()) {
    reader->Mistake(field,
                    absl::StrCat(written.empty() ? "is missing" : "\"", absl::CHexEscape(written),
                                 written.empty() ? "" : "\" is not a time of the day",
                                 "; write \"00:00\" to \"23:59\", in UTC"));
  }
  return time.value_or(absl::ZeroDuration());
}

// As numbers from Monday on; all of them where none is written.
std::vector<int> ReadDays(absl::string_view field, const pb::MaintenanceWindow& written,
                          ConfigReader* reader) {
  std::vector<int> days;
  for (int i = 0; i < written.days_size(); ++i) {
    const auto* const found = std::find(std::begin(kDays), std::end(kDays), written.days(i));
    const int day = static_cast<int>(found - std::begin(kDays));
    if (day == kDaysOfWeek) {
      reader->Mistake(At(field, i),
                      absl::StrCat("\"", absl::CHexEscape(written.days(i)),
                                   "\" is not a day; write \"MON\", \"TUE\", \"WED\", "
                                   "\"THU\", \"FRI\", \"SAT\" or \"SUN\""));
    } else if (std::find(days.begin(), days.end(), day) != days.end()) {
      reader->Mistake(At(field, i),
                      absl::StrCat("\"", written.days(i), "\" is there twice; remove one"));
    } else {
      days.push_back(day);
    }
  }
  for (int day = 0; day < kDaysOfWeek && written.days().empty(); ++day) {
    days.push_back(day);
  }
  return days;
}

}  // namespace

MaintenanceWindows ReadMaintenanceWindows(
    absl::string_view field,
    const google::protobuf::RepeatedPtrField<pb::MaintenanceWindow>& written,
    ConfigReader* reader) {
  std::vector<MaintenanceWindows::Span> spans;
  for (int i = 0; i < written.size(); ++i) {
    const std::string at = At(field, i);
    const absl::Duration begin = ReadTimeOfDay(Below(at, "begin"), written[i].begin(), reader);
    absl::Duration end = ReadTimeOfDay(Below(at, "end"), written[i].end(), reader);
    if (begin == end && written[i].begin() == written[i].end() && !written[i].begin().empty()) {
      reader->Mistake(Below(at, "end"),
                      "is when the window begins; write a later time, or an "
                      "earlier one for the next day");
    }
    if (end <= begin) {
      end += absl::Hours(24);
    }
    for (const int day : ReadDays(Below(at, "days"), written[i], reader)) {
      spans.emplace_back(begin + absl::Hours(24) * day, end + absl::Hours(24) * day);
    }
  }
  return MaintenanceWindows(std::move(spans));
}

}  // namespace fleetca::client

#include "client/cli/terminal/style.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/screen.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kEnd = "\033[0m";
constexpr absl::Duration kLongestWarning = absl::Hours(24 * 30);

}  // namespace

bool ShowsColours() {
  const absl::string_view unwanted = EnvironmentText("NO_COLOR");
  return unwanted.empty() && ScreenOfStandardOutput().has_value() && !IsDumbTerminal();
}

absl::string_view ColourOf(Meaning meaning) {
  switch (meaning) {
    case Meaning::kPlain:
      return "";
    case Meaning::kGood:
      return "\033[32m";
    case Meaning::kWarning:
      return "\033[33m";
    case Meaning::kBad:
      return "\033[31m";
    case Meaning::kFaint:
      return "\033[2m";
  }
  return "";
}

std::string Coloured(absl::string_view text, Meaning meaning) {
  const absl::string_view colour = ColourOf(meaning);
  return colour.empty() || text.empty() || !ShowsColours() ? std::string(text)
                                                           : absl::StrCat(colour, text, kEnd);
}

Meaning MeaningOfValidity(absl::Time not_before, absl::Time not_after, absl::Time now) {
  if (now > not_after || now < not_before) {
    return Meaning::kBad;
  }
  const absl::Duration soon = std::min((not_after - not_before) / 10, kLongestWarning);
  return not_after - now <= soon ? Meaning::kWarning : Meaning::kPlain;
}

}  // namespace fleetca::client

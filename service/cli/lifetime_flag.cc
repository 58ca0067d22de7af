#include "service/cli/lifetime_flag.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// No certificate lives longer than from year 0 to 9999.
constexpr int64_t kMaxDays = 3652425;

}  // namespace

std::optional<absl::Duration> ParseLifetime(absl::string_view text) {
  absl::Duration lifetime;
  absl::string_view digits = text;
  if (absl::ConsumeSuffix(&digits, "d")) {
    int64_t days = 0;
    // SimpleAtoi also takes signs and spaces.
    if (!absl::SimpleAtoi(digits, &days) || absl::StrCat(days) != digits || days > kMaxDays) {
      return std::nullopt;
    }
    lifetime = days * kDay;
  } else if (!absl::ParseDuration(text, &lifetime)) {
    return std::nullopt;
  }
  if (lifetime <= absl::ZeroDuration() || lifetime == absl::InfiniteDuration() ||
      lifetime != absl::Trunc(lifetime, absl::Seconds(1))) {
    return std::nullopt;
  }
  return lifetime;
}

std::string LifetimeToText(absl::Duration lifetime) {
  absl::Duration rest;
  const int64_t days = absl::IDivDuration(lifetime, kDay, &rest);
  return rest == absl::ZeroDuration() && days > 0 ? absl::StrCat(days, "d")
                                                  : absl::FormatDuration(lifetime);
}

}  // namespace fleetca::service

// When a certificate is to be renewed, by a rule that somebody gives.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_RENEWAL_TIME_H_
#define FLEETCA_CLIENT_CLI_LOCAL_RENEWAL_TIME_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::client {

// A part of a whole: more than nothing, less than all.
struct Fraction {
  int64_t numerator = 2;
  int64_t denominator = 3;
};

// "2/3", "66%", of numbers up to 1000. nullopt otherwise.
[[nodiscard]] std::optional<Fraction> ParseFraction(absl::string_view text);

// For CLI11: "" when the text can be parsed, otherwise a sentence.
std::string CheckFractionFlag(const std::string& text);

// The time when `after` of the validity is over, to the second.
absl::Time RenewalTime(absl::Time not_before, absl::Time not_after, const Fraction& after);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_RENEWAL_TIME_H_

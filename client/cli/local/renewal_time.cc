#include "client/cli/local/renewal_time.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fleetca::client {
namespace {

constexpr int64_t kMaxNumber = 1000;
constexpr int64_t kPercent = 100;

// Digits alone, where SimpleAtoi takes signs and blanks too.
std::optional<int64_t> ParseNumber(absl::string_view text) {
  int64_t number;
  if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text.front())) ||
      !absl::ascii_isdigit(static_cast<unsigned char>(text.back())) ||
      !absl::SimpleAtoi(text, &number) || number > kMaxNumber) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::optional<Fraction> ParseFraction(absl::string_view text) {
  std::optional<int64_t> numerator, denominator = kPercent;
  if (absl::ConsumeSuffix(&text, "%")) {
    numerator = ParseNumber(text);
  } else if (const size_t slash = text.find('/'); slash != text.npos) {
    numerator = ParseNumber(text.substr(0, slash));
    denominator = ParseNumber(text.substr(slash + 1));
  }
  if (!numerator.has_value() || !denominator.has_value() || *numerator <= 0 ||
      *numerator >= *denominator) {
    return std::nullopt;
  }
  return Fraction{*numerator, *denominator};
}

std::string CheckFractionFlag(const std::string& text) {
  return ParseFraction(text).has_value()
             ? ""
             : absl::StrCat("\"", text, "\" is not a part of the validity such as 2/3 or 66%");
}

absl::Time RenewalTime(absl::Time not_before, absl::Time not_after, const Fraction& after) {
  const int64_t seconds = absl::ToInt64Seconds(not_after - not_before);
  // In this order nothing overflows: no date of a certificate is farther than year 9999.
  return not_before + absl::Seconds(seconds * after.numerator / after.denominator);
}

}  // namespace fleetca::client

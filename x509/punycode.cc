#include "x509/punycode.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kPrefix = "xn--";

// RFC 3492 section 5.
constexpr uint32_t kBase = 36;
constexpr uint32_t kTMin = 1;
constexpr uint32_t kTMax = 26;
constexpr uint32_t kSkew = 38;
constexpr uint32_t kDamp = 700;
constexpr uint32_t kInitialBias = 72;
constexpr uint32_t kInitialN = 0x80;

constexpr uint32_t kMaxCodePoint = 0x10ffff;
constexpr uint32_t kFirstPrintable = 0xa0;  // above ASCII

bool IsCharacter(uint32_t code_point) {
  return code_point <= kMaxCodePoint && (code_point < 0xd800 || code_point > 0xdfff);
}

uint32_t Adapt(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  while (delta > (kBase - kTMin) * kTMax / 2) {
    delta /= kBase - kTMin;
    k += kBase;
  }
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

uint32_t Threshold(uint32_t k, uint32_t bias) {
  return k <= bias ? kTMin : std::min(k - bias, kTMax);
}

std::optional<uint32_t> DigitOf(char c) {
  if (absl::ascii_islower(c)) {
    return c - 'a';
  }
  return absl::ascii_isdigit(c) ? std::make_optional<uint32_t>(c - '0' + 26) : std::nullopt;
}

char CharacterOf(uint32_t digit) {
  return static_cast<char>(digit < 26 ? 'a' + digit : '0' + digit - 26);
}

// One variable-length integer off the front of `digits`, added to `i`; false when there is none or
// it passes 32 bits.
[[nodiscard]] bool ReadDelta(absl::string_view* digits, uint32_t bias, uint32_t* i) {
  uint64_t weight = 1;
  uint64_t sum = *i;
  for (uint32_t k = kBase;; k += kBase) {
    if (digits->empty()) {
      return false;
    }
    const std::optional<uint32_t> digit = DigitOf(digits->front());
    digits->remove_prefix(1);
    if (!digit.has_value()) {
      return false;
    }
    sum += *digit * weight;
    if (sum > UINT32_MAX) {
      return false;
    }
    const uint32_t threshold = Threshold(k, bias);
    if (*digit < threshold) {
      *i = static_cast<uint32_t>(sum);
      return true;
    }
    weight *= kBase - threshold;
    if (weight > UINT32_MAX) {
      return false;
    }
  }
}

// RFC 3492 section 6.2.
std::optional<std::u32string> Decode(absl::string_view encoded) {
  const size_t delimiter = encoded.rfind('-');
  std::u32string text;
  if (delimiter != absl::string_view::npos) {
    text.assign(encoded.begin(), encoded.begin() + delimiter);
    encoded.remove_prefix(delimiter + 1);
  }
  uint32_t n = kInitialN;
  uint32_t i = 0;
  uint32_t bias = kInitialBias;
  while (!encoded.empty()) {
    const uint32_t before = i;
    if (!ReadDelta(&encoded, bias, &i)) {
      return std::nullopt;
    }
    const auto points = static_cast<uint32_t>(text.size() + 1);
    bias = Adapt(i - before, points, before == 0);
    if (i / points > kMaxCodePoint - n) {
      return std::nullopt;
    }
    n += i / points;
    i %= points;
    if (!IsCharacter(n)) {
      return std::nullopt;
    }
    text.insert(text.begin() + i, static_cast<char32_t>(n));
    ++i;
  }
  return text;
}

void AppendDelta(uint32_t delta, uint32_t bias, std::string* out) {
  for (uint32_t k = kBase;; k += kBase) {
    const uint32_t threshold = Threshold(k, bias);
    if (delta < threshold) {
      out->push_back(CharacterOf(delta));
      return;
    }
    out->push_back(CharacterOf(threshold + (delta - threshold) % (kBase - threshold)));
    delta = (delta - threshold) / (kBase - threshold);
  }
}

// RFC 3492 section 6.3. Of a label's few characters no sum passes 32 bits.
std::string Encode(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < kInitialN) {
      out.push_back(static_cast<char>(c));
    }
  }
  auto handled = static_cast<uint32_t>(out.size());
  const uint32_t basic = handled;
  if (basic > 0) {
    out.push_back('-');
  }
  uint32_t n = kInitialN;
  uint32_t delta = 0;
  uint32_t bias = kInitialBias;
  while (handled < text.size()) {
    uint32_t next = kMaxCodePoint;
    for (const char32_t c : text) {
      next = c >= n ? std::min<uint32_t>(next, c) : next;
    }
    delta += (next - n) * (handled + 1);
    n = next;
    for (const char32_t c : text) {
      delta += c < n ? 1 : 0;
      if (c == n) {
        AppendDelta(delta, bias, &out);
        bias = Adapt(delta, handled + 1, handled == basic);
        delta = 0;
        ++handled;
      }
    }
    ++delta;
    ++n;
  }
  return out;
}

// U+0080 to U+009F are control characters: no name has them, and a terminal may obey them.
bool HasControl(const std::u32string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char32_t c) { return c >= kInitialN && c < kFirstPrintable; });
}

}  // namespace

bool IsPunycodeLabel(absl::string_view label) { return absl::StartsWith(label, kPrefix); }

const char* PunycodeProblem(absl::string_view label) {
  const absl::string_view encoded = label.substr(kPrefix.size());
  const std::optional<std::u32string> text = Decode(encoded);
  if (!text.has_value() || HasControl(*text)) {
    return "has an \"xn--\" label that does not decode (RFC 3492); write the international name, "
           "and let a tool encode it";
  }
  const bool is_ascii =
      std::all_of(text->begin(), text->end(), [](char32_t c) { return c < kInitialN; });
  if (is_ascii || Encode(*text) != encoded) {
    return "has an \"xn--\" label that is not how its own text is encoded (RFC 3492); write the "
           "international name, and let a tool encode it";
  }
  return nullptr;
}

}  // namespace fleetca::x509

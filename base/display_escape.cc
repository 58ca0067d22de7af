#include "base/display_escape.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fleetca {
namespace {

struct Character {
  size_t octets = 1;
  uint32_t code = 0;
  bool valid = false;
};

// The first character of `text`, which is not empty (RFC 3629 section 4). An octet that begins none
// is one of its own.
Character FirstOf(absl::string_view text) {
  const auto octet = [&text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = octet(0);
  if (first < 0x80) {
    return {1, first, true};
  }
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || length > text.size()) {
    return {};
  }
  uint32_t code = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0) != 0x80) {
      return {};
    }
    code = code << 6 | (octet(i) & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[length] || code > 0x10ffff || surrogate) {
    return {};
  }
  return {length, code, true};
}

bool IsControl(uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

// Unicode's marks and embeddings of direction (UAX #9), and its line and paragraph separators.
bool MovesText(uint32_t code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string Escape(absl::string_view text, bool keeps_lines) {
  std::string escaped;
  while (!text.empty()) {
    const Character first = FirstOf(text);
    const absl::string_view octets = text.substr(0, first.octets);
    if (first.valid && first.code >= 0x80 && (IsControl(first.code) || MovesText(first.code))) {
      absl::StrAppendFormat(&escaped, "\\u%04x", first.code);
    } else if (!first.valid || (IsControl(first.code) && !(keeps_lines && first.code == '\n'))) {
      absl::StrAppend(&escaped, absl::CHexEscape(octets));
    } else {
      absl::StrAppend(&escaped, octets);
    }
    text.remove_prefix(first.octets);
  }
  return escaped;
}

}  // namespace

std::string EscapeForDisplay(absl::string_view text) { return Escape(text, false); }

std::string EscapeLinesForDisplay(absl::string_view text) { return Escape(text, true); }

std::string EscapeJsonForDisplay(absl::string_view json) {
  std::string escaped;
  while (!json.empty()) {
    const Character first = FirstOf(json);
    if (first.valid && first.code >= 0x7f && (IsControl(first.code) || MovesText(first.code))) {
      absl::StrAppendFormat(&escaped, "\\u%04x", first.code);
    } else {
      absl::StrAppend(&escaped, json.substr(0, first.octets));
    }
    json.remove_prefix(first.octets);
  }
  return escaped;
}

}  // namespace fleetca

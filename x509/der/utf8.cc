#include "x509/der/utf8.h"

#include <cstdint>

namespace fleetca::x509 {
namespace {

bool IsMisleading(uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) ||  // C0, DEL, C1
         point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

// Decodes the sequence at `*position` and moves it on.
[[nodiscard]] bool ReadCodePoint(absl::string_view text, size_t* position, uint32_t* point) {
  // The least code point that needs a sequence of this many octets.
  static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<uint8_t>(text[*position]);
  size_t size;
  if (lead < 0x80) {
    size = 1;
    *point = lead;
  } else if (lead >= 0xc2 && lead < 0xe0) {
    size = 2;
    *point = lead & 0x1f;
  } else if (lead >= 0xe0 && lead < 0xf0) {
    size = 3;
    *point = lead & 0x0f;
  } else if (lead >= 0xf0 && lead < 0xf5) {
    size = 4;
    *point = lead & 0x07;
  } else {
    return false;
  }
  if (size > text.size() - *position) {
    return false;
  }
  for (size_t i = 1; i < size; ++i) {
    const auto octet = static_cast<uint8_t>(text[*position + i]);
    if ((octet & 0xc0) != 0x80) {
      return false;
    }
    *point = *point << 6 | (octet & 0x3f);
  }
  *position += size;
  const bool surrogate = *point >= 0xd800 && *point < 0xe000;
  return *point >= kLeast[size] && *point <= 0x10ffff && !surrogate;
}

}  // namespace

std::optional<size_t> CountPrintableUtf8(absl::string_view text) {
  size_t count = 0;
  for (size_t position = 0; position < text.size(); ++count) {
    uint32_t point;
    if (!ReadCodePoint(text, &position, &point) || IsMisleading(point)) {
      return std::nullopt;
    }
  }
  return count;
}

}  // namespace fleetca::x509

// Integers as octets, the most significant one first, so that octets sort as the numbers do.
#ifndef FLEETCA_BASE_BIG_ENDIAN_H_
#define FLEETCA_BASE_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca {

// Writes the low `size` octets of `number` to `out`. `size` is at most 8.
inline void WriteBigEndian(uint64_t number, size_t size, char* out) {
  for (size_t i = size; i > 0; --i, number >>= 8) {
    out[i - 1] = static_cast<char>(number);
  }
}

// As WriteBigEndian, behind what `out` holds.
inline void AppendBigEndian(uint64_t number, size_t size, std::string& out) {
  out.resize(out.size() + size);
  WriteBigEndian(number, size, out.data() + out.size() - size);
}

// The number that `octets`, 8 at most, stand for.
[[nodiscard]] inline uint64_t ReadBigEndian(absl::string_view octets) {
  uint64_t number = 0;
  for (const char octet : octets) {
    number = (number << 8) | static_cast<unsigned char>(octet);
  }
  return number;
}

}  // namespace fleetca

#endif  // FLEETCA_BASE_BIG_ENDIAN_H_

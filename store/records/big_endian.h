// Integers as they stand on disk: big-endian, so that keys sort by number.
#ifndef FLEETCA_STORE_RECORDS_BIG_ENDIAN_H_
#define FLEETCA_STORE_RECORDS_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::store {

// The low `size` octets of `number`, to `out`.
inline void WriteBigEndian(uint64_t number, size_t size, char* out) {
  for (size_t i = size; i > 0; --i, number >>= 8) {
    out[i - 1] = static_cast<char>(number);
  }
}

inline void AppendBigEndian(uint64_t number, size_t size, std::string& out) {
  out.resize(out.size() + size);
  WriteBigEndian(number, size, out.data() + out.size() - size);
}

// Of at most 8 octets.
inline uint64_t ReadBigEndian(absl::string_view octets) {
  uint64_t number = 0;
  for (const char octet : octets) {
    number = (number << 8) | static_cast<unsigned char>(octet);
  }
  return number;
}

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_BIG_ENDIAN_H_

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of a stored record.
#ifndef FLEETCA_STORE_RECORDS_CRC32C_H_
#define FLEETCA_STORE_RECORDS_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fleetca::store {

// The checksum of `data`. `crc` is that of the bytes before it: 0 at the start, so that
// Crc32c(b, Crc32c(a)) is Crc32c(a + b).
uint32_t Crc32c(absl::string_view data, uint32_t crc = 0);

// The same without the processor's instruction, which Crc32c uses where there is one.
uint32_t Crc32cPortable(absl::string_view data, uint32_t crc = 0);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_CRC32C_H_

// SHA-256 (FIPS 180-4), of bytes and of lists of byte strings.
#ifndef FLEETCA_BASE_SHA256_H_
#define FLEETCA_BASE_SHA256_H_

#include <array>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca {

// 32 octets. This is the only place that calls OpenSSL's SHA256_* functions: the functions that
// replace them need a context, which makes the hash of a key a third slower, and OpenSSL's one-shot
// call fetches the algorithm anew each time, which costs more than the hash. Thread-safe.
std::array<char, 32> Sha256(absl::string_view bytes);

// The same in lower-case hex.
std::string HexSha256(absl::string_view bytes);

// 32 octets for a list, such that no two lists run together. Each part is led by its length as 8
// octets, least significant first. Thread-safe.
std::string Sha256OfParts(absl::Span<const absl::string_view> parts);

}  // namespace fleetca

#endif  // FLEETCA_BASE_SHA256_H_

// SHA-256 over a list of byte strings, such that no two lists run together.
#ifndef FLEETCA_BASE_SHA256_H_
#define FLEETCA_BASE_SHA256_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca {

// 32 octets. Each part is led by its length as 8 octets, least significant first. Thread-safe.
std::string Sha256OfParts(absl::Span<const absl::string_view> parts);

}  // namespace fleetca

#endif  // FLEETCA_BASE_SHA256_H_

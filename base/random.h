// Cryptographically secure random bytes, drawn 4 KiB at a time.
#ifndef FLEETCA_BASE_RANDOM_H_
#define FLEETCA_BASE_RANDOM_H_

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace fleetca {

// Fills `out` from OpenSSL's CSPRNG through a buffer of this thread, because one call of RAND_bytes
// costs about a microsecond whatever its size. The buffer is wiped as it is used and is dropped
// after fork(). Thread-safe. For public values such as serial numbers; private keys draw from
// OpenSSL itself.
absl::Status RandomBytes(absl::Span<char> out);

// From 0 to 1, to spread load: 0.5 where the random number generator fails, as nothing fails for
// want of it. Thread-safe.
double DrawFraction();

}  // namespace fleetca

#endif  // FLEETCA_BASE_RANDOM_H_

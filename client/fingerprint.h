// The SHA-256 of a certificate, as people copy it from one machine to another.
#ifndef FLEETCA_CLIENT_FINGERPRINT_H_
#define FLEETCA_CLIENT_FINGERPRINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// 32 octets from 64 hex digits in either case, as `fleetca` prints them, or with a colon between
// all octets, as `openssl x509 -fingerprint -sha256` does. INVALID_ARGUMENT kFileInvalid.
absl::StatusOr<std::string> ParseFingerprint(absl::string_view text);

// 64 lower-case hex digits.
std::string FingerprintOf(absl::string_view certificate_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FINGERPRINT_H_

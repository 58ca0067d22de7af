// What the log gets of an issuer's keys.
#ifndef FLEETCA_SERVICE_JWT_KEY_LOG_H_
#define FLEETCA_SERVICE_JWT_KEY_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/jwt/jwks.h"

namespace fleetca::service {

// All of them write one line and are thread-safe. `source` is a path or an URL.

// Of a set that was read for the first time or has changed. The line is a warning where no key can
// be used or some were left out: it names the first of these, by kid or place, with why, and counts
// the others.
void LogNewKeys(absl::string_view source, const JwkSet& keys);

// There are no keys yet.
void LogKeysMissing(absl::string_view source, const absl::Status& error);

// There are some of before.
void LogKeysKept(absl::string_view source, const absl::Status& error);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_KEY_LOG_H_

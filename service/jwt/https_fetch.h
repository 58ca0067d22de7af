// The key set of a token issuer, by HTTPS.
#ifndef FLEETCA_SERVICE_JWT_HTTPS_FETCH_H_
#define FLEETCA_SERVICE_JWT_HTTPS_FETCH_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::service {

struct HttpsFetchOptions {
  std::string url;      // https://host/path, without a user or password
  std::string ca_file;  // PEM roots of the server; "" for the system's
  size_t max_bytes = 0;
  absl::Duration timeout = absl::Seconds(5);  // for everything from the name's look-up on
};

// INVALID_ARGUMENT kConfigInvalid about "url" unless it is https://host... without a user or
// password (the log would have it) and without blanks.
absl::Status CheckHttpsUrl(absl::string_view url);

// The body of the answer, which must be 200. Follows no redirect, keeps no cookie and sends no
// credentials; goes by a proxy where the environment says so (https_proxy). Blocks; thread-safe.
//
// Errors as CheckHttpsUrl; UNAVAILABLE kServerUnreachable when
// nothing answers in time or its certificate is not the server's; UNAVAILABLE kAnswerInvalid for
// another status and for a body over max_bytes.
absl::StatusOr<std::string> FetchHttps(const HttpsFetchOptions& options);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_HTTPS_FETCH_H_

// Whether the dates of a server's certificate are why a handshake failed.
#ifndef FLEETCA_CLIENT_SERVER_DATES_H_
#define FLEETCA_CLIENT_SERVER_DATES_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace fleetca::client {

// The certificates that the server at `address` (host:port) shows, DER, its own first; empty when
// it shows none within `timeout`. The connection ends with the handshake: nothing is verified, no
// certificate is shown, and nothing is sent over it. What comes back is for words alone, because
// anybody may have sent it. Thread-safe.
[[nodiscard]] std::vector<std::string> PeekServerCertificates(const std::string& address,
                                                              absl::Duration timeout);

// Whether the clock may be why the handshake failed: a sentence with `now`, which the clock says,
// and the dates of the first certificate that is not valid then. "" when all certificates are valid
// then or cannot be read.
[[nodiscard]] std::string ClockAdvice(absl::Span<const std::string> certificates_der,
                                      absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_SERVER_DATES_H_

// How a host that knows no more of a CA than a fingerprint comes to trust its root.
#ifndef FLEETCA_CLIENT_FIRST_CONTACT_H_
#define FLEETCA_CLIENT_FIRST_CONTACT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/call_options.h"

namespace fleetca::client {

struct FirstContactOptions : CallOptions {
  // host:port of the bootstrap port.
  std::string address;
  // The SHA-256 of the root's DER, 32 octets (ParseFingerprint), from a source that is trusted.
  std::string ca_sha256;
};

// The root with that fingerprint, DER, from the trust bundle of the server that answers at the
// address.
//
// The connection is TLS, but the server's certificate is not looked at, because there is nothing to
// look at it by: nothing secret goes over it, and of the answer nothing is believed that the
// fingerprint does not vouch for. So the result is that root alone, even where the bundle has more
// and names a trust domain: connect again with this root (BootstrapClient, CaClient) to have those.
//
// DATA_LOSS kAnswerInvalid when the bundle does not hold exactly one root of that fingerprint, or
// it is not a CA's certificate: somebody may be in between, or the fingerprint is another CA's.
// INVALID_ARGUMENT kFileInvalid for a fingerprint that is not 32 octets. Unreachable servers as for
// CaClient, retries included.
absl::StatusOr<std::string> FetchPinnedRoot(const FirstContactOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FIRST_CONTACT_H_

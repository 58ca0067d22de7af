// A certificate that vouches for itself: for trying things on one machine.
#ifndef FLEETCA_CLIENT_VERDICT_SELF_SIGNED_H_
#define FLEETCA_CLIENT_VERDICT_SELF_SIGNED_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/openssl.h"
#include "x509/requested_name.h"

namespace fleetca::client {

// What browsers take at most.
inline constexpr int kMaxSelfSignedDays = 398;

// The certificate, DER, of `key` and signed by it: for TLS servers and clients, not a CA's, with
// noRevAvail (RFC 9608), valid from `now` on for `days`, 1 to kMaxSelfSignedDays. Its subject is
// the first of `names`, of which there is one at least, as a common name where it fits in one, and
// else "fleetca self-signed". It has passed x509/lint. INVALID_ARGUMENT: kSanInvalid,
// kKeyUnsupported, kKeyWeak, kLifetimeInvalid. Thread-safe.
absl::StatusOr<std::string> MakeSelfSigned(EVP_PKEY* key,
                                           absl::Span<const x509::RequestedName> names, int days,
                                           absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_SELF_SIGNED_H_

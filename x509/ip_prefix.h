// Prefixes of IP addresses: "10.0.0.0/8".
#ifndef FLEETCA_X509_IP_PREFIX_H_
#define FLEETCA_X509_IP_PREFIX_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// All addresses that begin with the first `bits` bits of `address`.
struct IpPrefix {
  std::string address;  // 4 or 16 octets; what follows the prefix is zero
  int bits = 0;

  friend bool operator==(const IpPrefix&, const IpPrefix&) = default;
};

// "10.0.0.0/8", "fd00::/8" (RFC 4632 section 3.1, RFC 4291 section 2.3). INVALID_ARGUMENT
// kConfigInvalid, without a field, for anything else: no length, one with a sign or a leading zero,
// bits set after the prefix.
absl::StatusOr<IpPrefix> ParseIpPrefix(absl::string_view text);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_IP_PREFIX_H_

// What a certificate was asked for with, to see whether the configuration asks for another one now.
#ifndef FLEETCA_CLIENT_AGENT_REQUEST_SHAPE_H_
#define FLEETCA_CLIENT_AGENT_REQUEST_SHAPE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// A value. The SPIFFE ID is not among it: a renewal is for the same one, and IdentityKeeper::Create
// refuses another.
struct RequestShape {
  // As CanonicalNames has them.
  std::vector<std::string> names;
  KeyType key_type = KeyType::kP256;
  std::string profile;
  std::optional<absl::Duration> lifetime;

  friend bool operator==(const RequestShape&, const RequestShape&) = default;
};

// Equal for all that ask for the same names: sorted, each once, the type as in "DNS:", DNS names
// and the domains of mail addresses in small letters, IP addresses in their shortest form. What is
// no name stays as it is.
std::vector<std::string> CanonicalNames(const std::vector<std::string>& names);

// What a request by the configuration asks for.
RequestShape ShapeOf(const IdentityOptions& options);

// The options with which a request asks for `shape`.
IdentityOptions WithShape(IdentityOptions options, const RequestShape& shape);

// Whether a certificate that was asked for with `asked` becomes one of `wanted` only by a new CSR.
// A renewal without one has the names and the key of the certificate before; another profile is
// another use of the key, and the CSR has the CA refuse a name that the profile does not allow in
// place of leaving it out.
bool NeedsNewKey(const RequestShape& asked, const RequestShape& wanted);

// "the configuration asks for other names: DNS:web.fleet.example; and for another profile: server".
// "" where both are the same.
std::string DifferenceInWords(const RequestShape& asked, const RequestShape& wanted);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_REQUEST_SHAPE_H_

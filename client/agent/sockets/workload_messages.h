// What SPIFFE's Workload API says of an identity.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_MESSAGES_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_MESSAGES_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/agent/held_identities.h"
#include "client/agent/sockets/shared_octets.h"

namespace fleetca::client {

// All functions are thread-safe.

// Whom to trust: HeldIdentity::roots_der, or else those that came with the certificate.
const std::vector<std::string>& RootsOf(const HeldIdentity& held);

// CRLs of more than 3 MiB together are left out of both messages, as clients would take neither.

// The octets of an X509SVIDResponse, which is complete in itself. The key is PKCS#8 whatever it
// came as; the chain has no root. Null where there is no certificate or nobody to trust. The errors
// of DecodePrivateKey.
absl::StatusOr<SharedOctets> MakeX509Svid(const HeldIdentity& held);

// The octets of an X509BundlesResponse. Null where there is nobody to trust.
SharedOctets MakeX509Bundles(const HeldIdentity& held);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_MESSAGES_H_

// From a TLS connection of gRPC to what its caller may do now.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CERTIFICATES_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CERTIFICATES_H_

#include <grpcpp/security/auth_context.h>

#include <memory>

#include "absl/status/statusor.h"
#include "client/authz/grants.h"
#include "client/authz/peer_cache.h"

namespace fleetca::client {

// Asks `peers` about the certificates of the handshake, which gRPC keeps as properties of the
// connection for its life. UNAUTHENTICATED kCallerUnknown where there are none or they cannot be
// read; PeerCache's errors.
absl::StatusOr<std::shared_ptr<const Grants>> CurrentPeer(PeerCache& peers,
                                                          const grpc::AuthContext& connection);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_PEER_CERTIFICATES_H_

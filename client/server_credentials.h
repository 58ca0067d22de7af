// TLS to a CA's server that has shown who it is.
#ifndef FLEETCA_CLIENT_SERVER_CREDENTIALS_H_
#define FLEETCA_CLIENT_SERVER_CREDENTIALS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace fleetca::client {

// The trust domain that the roots name: the organization of their subjects, where all have the same
// one and it is a trust domain. The roots that `fleetca ca init` makes name theirs. Whoever trusts
// a root, by a file or by its fingerprint, trusts this word of it as well. nullopt otherwise.
[[nodiscard]] std::optional<std::string> TrustDomainOfRoots(
    absl::Span<const std::string> roots_der);

struct ServerTls {
  // What the server's certificate must chain to; at least one.
  std::vector<std::string> roots_der;
  // The SPIFFE ID that the server's certificate must have, as its only URI. No server has the empty
  // one.
  std::string server_identity;
  // The client's own certificate and key, PEM; both empty where it shows none. gRPC keeps copies.
  std::string certificate_chain_pem;
  std::string private_key_pem;
};

// TLS 1.2 or newer. The server's certificate must chain to the roots, have the name that is
// connected to, and have the identity: who holds a certificate for the same DNS name is not the CA.
// gRPC sends nothing of a call, credentials of the call included, before all three are found right.
std::shared_ptr<grpc::ChannelCredentials> ServerCredentials(const ServerTls& tls);

// The identity that a client expected of a server, and the other one that the server showed.
struct ServerIdentityMismatch {
  std::string expected;
  // Empty when the certificate has no SPIFFE ID, or more than one URI.
  std::string met;
};

// What a failed call's message says, if it failed because ServerCredentials met another identity.
[[nodiscard]] std::optional<ServerIdentityMismatch> FindServerIdentityMismatch(
    absl::string_view message);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_SERVER_CREDENTIALS_H_

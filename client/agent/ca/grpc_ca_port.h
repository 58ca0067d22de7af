// The CA that an agent asks, by gRPC.
#ifndef FLEETCA_CLIENT_AGENT_CA_GRPC_CA_PORT_H_
#define FLEETCA_CLIENT_AGENT_CA_GRPC_CA_PORT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "client/agent/ca_port.h"

namespace fleetca::client {

struct CaPortOptions {
  // "fleet.example": the servers must have the identity of its CA, where no other is named.
  std::string trust_domain;
  // host:port of the issuing ports, and of the bootstrap ports, in any order; each list may be
  // empty where its calls are not made.
  std::vector<std::string> addresses;
  std::vector<std::string> bootstrap_addresses;
  // The name to expect in the servers' certificates, where it is not the host of the address.
  std::string server_name;
  // The SPIFFE ID that they must have; "": that of the CA itself.
  std::string server_identity;
  // The roots that a bootstrap port's server must chain to before it sees a token: asked at each
  // enrollment, whose error its error is (TrustKeeper::Roots).
  std::function<absl::StatusOr<std::vector<std::string>>()> roots;
  // For one server's answer, the connection included.
  absl::Duration attempt_deadline = absl::Seconds(10);
  // For tests; null: the system's. Outlives the port.
  const Clock* clock = nullptr;
};

// Each call has a connection of its own, which ends with it: an agent with hundreds of identities
// calls each some times a day, and would hold a connection in memory for each. A call is one
// attempt at one server, and at the next one where that does not answer (ServerAddresses), with the
// same request id. A clock that differs from the CA's by minutes is logged.
std::unique_ptr<CaPort> MakeCaPort(CaPortOptions options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CA_GRPC_CA_PORT_H_

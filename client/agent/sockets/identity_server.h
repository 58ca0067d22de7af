// The gRPC server of one identity at one socket.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_SERVER_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "client/agent/sockets/identity_feed.h"
#include "client/agent/sockets/sds_service.h"
#include "client/agent/sockets/workload_service.h"

namespace fleetca::client {

struct IdentityServerOptions {
  // For the log.
  std::string identity;
  // Null: the server of those who have no identity at their socket, and hear that from it.
  std::shared_ptr<IdentityFeed> feed;
  bool workload_api = true;
  bool envoy_sds = true;
};

// gRPC 1.51 does not tell a handler who is at the other end of a Unix socket. So each identity has
// a server of its own, and whoever accepts decides which server a connection is given to: the
// connection carries the identity, and no call can have another. Thread-safe.
class IdentityServer {
 public:
  // INTERNAL kInternal when gRPC does not start.
  static absl::StatusOr<std::unique_ptr<IdentityServer>> Start(
      const IdentityServerOptions& options);
  IdentityServer(const IdentityServer&) = delete;
  IdentityServer& operator=(const IdentityServer&) = delete;
  ~IdentityServer() { Stop(absl::UnixEpoch()); }

  // Serves what comes on the connection. Not after Stop.
  void Take(Descriptor connection);

  // Ends all calls, those that go on at `deadline` without a word. The feed should be closed
  // before, which tells the callers why. Idempotent. gRPC takes a time before 1970 for one that
  // never comes.
  void Stop(absl::Time deadline);

 private:
  explicit IdentityServer(const IdentityServerOptions& options)
      : workload_(options.feed), sds_(options.identity, options.feed) {}

  WorkloadService workload_;
  SdsService sds_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_SERVER_H_

// The connection to one service of a CA: what the clients of all services have in common.
#ifndef FLEETCA_CLIENT_SERVICE_CONNECTION_H_
#define FLEETCA_CLIENT_SERVICE_CONNECTION_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "client/ca_client_options.h"
#include "client/channel.h"
#include "client/connection_error.h"
#include "client/status_from_grpc.h"
#include "client/tls_identity.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace fleetca::client {

// `Service` is generated, such as v1::PolicyService. Movable; thread-safe but for that.
template <typename Service>
class ServiceConnection {
 public:
  using Stub = typename Service::StubInterface;

  // Reads and judges the identity; does not connect yet. The errors of LoadTlsIdentity.
  static absl::StatusOr<ServiceConnection> Create(CaClientOptions options) {
    FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
    return ServiceConnection(std::move(options), identity);
  }

  // One call, which CallWithRetries repeats and ExplainConnectionError explains. `response` holds
  // nothing of an attempt that failed.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) const {
    return CallWithRetries(options_, *channel_, [&](absl::Duration remaining) {
      grpc::ClientContext context;
      SetAttemptDeadline(options_, remaining, &context);
      response->Clear();
      const grpc::Status status = (stub_.get()->*method)(&context, request, response);
      return ExplainConnectionError(StatusFromGrpc(status), options_.address, options_.files);
    });
  }

 private:
  ServiceConnection(CaClientOptions options, const TlsIdentity& identity)
      : options_(std::move(options)),
        channel_(MakeChannel(options_.channel(), identity.credentials)),
        stub_(Service::NewStub(channel_)) {}

  CaClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_SERVICE_CONNECTION_H_

// The connection to one service of a CA: what the clients of all services have in common. Only
// their sources include it: gRPC's headers take seconds of whoever does.
#ifndef FLEETCA_CLIENT_SERVICE_CONNECTION_H_
#define FLEETCA_CLIENT_SERVICE_CONNECTION_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/ca_client_options.h"
#include "client/channel.h"
#include "client/connection_error.h"
#include "client/status_from_grpc.h"
#include "client/tls_identity.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace fleetca::client {

// `Service` is generated, such as v1::PolicyService. Thread-safe.
template <typename Service>
class ServiceConnection {
 public:
  using Stub = typename Service::StubInterface;

  template <typename Request, typename Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  // `identity` is that of the options. Does not connect yet.
  ServiceConnection(CaClientOptions options, const TlsIdentity& identity)
      : options_(std::move(options)),
        channel_(MakeChannel(options_.channel(), identity.credentials)),
        stub_(Service::NewStub(channel_)) {}

  const CaClientOptions& options() const { return options_; }
  grpc::Channel& channel() const { return *channel_; }
  Stub& stub() const { return *stub_; }

  // One call, which CallWithRetries repeats. `response` holds nothing of an attempt that failed.
  template <typename Request, typename Response>
  absl::Status Call(Method<Request, Response> method, const Request& request,
                    Response* response) const {
    return CallWithRetries(options_, *channel_, [&](absl::Duration remaining) {
      return CallOnce(method, request, remaining, response);
    });
  }

  // One attempt within `remaining`, whose error ExplainConnectionError explains.
  template <typename Request, typename Response>
  absl::Status CallOnce(Method<Request, Response> method, const Request& request,
                        absl::Duration remaining, Response* response) const {
    grpc::ClientContext context;
    SetAttemptDeadline(options_, remaining, &context);
    response->Clear();
    const grpc::Status status = (stub_.get()->*method)(&context, request, response);
    return ExplainConnectionError(StatusFromGrpc(status), options_.address, options_.files);
  }

 private:
  const CaClientOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_SERVICE_CONNECTION_H_

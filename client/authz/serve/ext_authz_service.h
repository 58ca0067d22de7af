// Envoy's external authorization over gRPC.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "client/authz/serve/authz_gate.h"
#include "envoy/service/auth/v3/external_auth.grpc.pb.h"

namespace fleetca::client {

// Answers on gRPC's own threads: cryptography on the first request of a caller, else a look into a
// table. Only source.certificate says who sends the request; source.principal and headers do not.
//
// A request that passes gets IdentityHeaders in place of whatever it brought under their names.
// What else it has of x-fleet-* is removed, with "_" for "-" as well, and so are the headers by
// which some frameworks let a client choose another method or path than the one that was judged.
// Envoy must show them all: no allowed_headers in its filter.
class ExtAuthzService final : public envoy::service::auth::v3::Authorization::CallbackService {
 public:
  // `gate` must outlive this.
  explicit ExtAuthzService(AuthzGate* gate) : gate_(*gate) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const envoy::service::auth::v3::CheckRequest* request,
                                  envoy::service::auth::v3::CheckResponse* response) override;

 private:
  AuthzGate& gate_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_

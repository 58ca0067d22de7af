// Envoy's external authorization over gRPC.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <vector>

#include "client/authz/serve/current_authorizer.h"
#include "envoy/service/auth/v3/external_auth.grpc.pb.h"

namespace fleetca::client {

// Answers on gRPC's own threads: cryptography on the first request of a caller, else a look into a
// table. Only source.certificate says who sends the request; source.principal and headers do not.
//
// A request that passes gets IdentityHeaders in place of whatever it brought under their names.
// Every other spelling of these (header_names.h) is removed, and every spelling of the headers by
// which some frameworks let a client choose another method or path than the one that was judged,
// whether Envoy shows them or not. What else it has of x-fleet-* is removed where Envoy shows it:
// no allowed_headers in its filter.
//
// A message that cannot be read is logged and answered with INVALID_ARGUMENT; so it comes here as
// octets, as gRPC would answer UNIMPLEMENTED.
class ExtAuthzService final
    : public envoy::service::auth::v3::Authorization::WithRawCallbackMethod_Check<
          envoy::service::auth::v3::Authorization::Service> {
 public:
  // `authorizer` must outlive this.
  explicit ExtAuthzService(CurrentAuthorizer* authorizer);

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;

 private:
  void Answer(const envoy::service::auth::v3::CheckRequest& request,
              envoy::service::auth::v3::CheckResponse* response) const;
  void Allow(const AuthorizerAnswer& answer,
             const envoy::service::auth::v3::AttributeContext::HttpRequest& http,
             envoy::service::auth::v3::OkHttpResponse* ok) const;

  CurrentAuthorizer& authorizer_;
  const std::vector<std::string> always_removed_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_EXT_AUTHZ_SERVICE_H_

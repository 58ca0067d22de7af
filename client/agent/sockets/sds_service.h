// Envoy's secret discovery service over gRPC.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SERVICE_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "client/agent/sockets/identity_feed.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"

namespace fleetca::client {

using RawSdsService =
    envoy::service::secret::v3::SecretDiscoveryService::WithRawCallbackMethod_StreamSecrets<
        envoy::service::secret::v3::SecretDiscoveryService::WithRawCallbackMethod_FetchSecrets<
            envoy::service::secret::v3::SecretDiscoveryService::WithRawCallbackMethod_DeltaSecrets<
                envoy::service::secret::v3::SecretDiscoveryService::Service>>>;

// The secrets of one identity (sds_secrets.h), for every connection that its server is given.
// DeltaSecrets is UNIMPLEMENTED. A stream waits for what is not there yet, as Envoy does. In
// octets, so that the key is written once (shared_octets.h), and so that a request that cannot be
// read is answered with INVALID_ARGUMENT.
class SdsService final : public RawSdsService {
 public:
  // Null: every caller is one that has no identity here. `identity` is its name for the log.
  SdsService(std::string identity, std::shared_ptr<IdentityFeed> feed)
      : identity_(std::move(identity)), feed_(std::move(feed)) {}

  using BidiReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;
  BidiReactor* StreamSecrets(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* FetchSecrets(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  BidiReactor* DeltaSecrets(grpc::CallbackServerContext* context) override;

 private:
  const std::string identity_;
  const std::shared_ptr<IdentityFeed> feed_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SERVICE_H_

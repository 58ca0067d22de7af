// SPIFFE's Workload API over gRPC.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SERVICE_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "client/agent/sockets/identity_feed.h"
#include "spiffe/workload/workload.grpc.pb.h"

namespace fleetca::client {

using RawWorkloadService = SpiffeWorkloadAPI::WithRawCallbackMethod_FetchX509SVID<
    SpiffeWorkloadAPI::WithRawCallbackMethod_FetchX509Bundles<
        SpiffeWorkloadAPI::WithRawCallbackMethod_FetchJWTSVID<
            SpiffeWorkloadAPI::WithRawCallbackMethod_FetchJWTBundles<
                SpiffeWorkloadAPI::WithRawCallbackMethod_ValidateJWTSVID<
                    SpiffeWorkloadAPI::WithRawCallbackMethod_FetchWITSVID<
                        SpiffeWorkloadAPI::WithRawCallbackMethod_FetchWITBundles<
                            SpiffeWorkloadAPI::Service>>>>>>>;

// X.509-SVIDs and X.509 bundles of one identity, for every connection that its server is given;
// JWTs and WITs are UNIMPLEMENTED. Each method wants the metadata "workload.spiffe.io: true"
// exactly once, as SPIFFE has it, so that nobody can be tricked into asking, and a request that can
// be read (INVALID_ARGUMENT). A call ends with
// UNAVAILABLE while there is no valid certificate. In octets, so that the key is written once
// (shared_octets.h).
class WorkloadService final : public RawWorkloadService {
 public:
  // Null: every caller is one that has no identity here.
  explicit WorkloadService(std::shared_ptr<IdentityFeed> feed) : feed_(std::move(feed)) {}

  using WriteReactor = grpc::ServerWriteReactor<grpc::ByteBuffer>;
  WriteReactor* FetchX509SVID(grpc::CallbackServerContext* context,
                              const grpc::ByteBuffer* request) override;
  WriteReactor* FetchX509Bundles(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* FetchJWTSVID(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  WriteReactor* FetchJWTBundles(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* ValidateJWTSVID(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* FetchWITSVID(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  WriteReactor* FetchWITBundles(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request) override;

 private:
  using Part = SharedOctets IdentitySnapshot::*;

  // `request` is whether it can be read.
  WriteReactor* Follow(const grpc::CallbackServerContext& context, const absl::Status& request,
                       Part part) const;

  const std::shared_ptr<IdentityFeed> feed_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_WORKLOAD_SERVICE_H_

// fleetca.v1.RevocationService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_SERVICE_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "fleetca/v1/revocation.grpc.pb.h"
#include "service/call/control_pool.h"
#include "service/policy/current_policy.h"
#include "service/revocation/identity_blocks.h"
#include "service/revocation/own_revocations.h"
#include "service/revocation/revoker.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/revocation_watchers.h"

namespace fleetca::service {

// Every method takes octets, so that what is no message of the API gets our answer.
using RawRevocationService = v1::RevocationService::WithRawCallbackMethod_RevokeCertificates<
    v1::RevocationService::WithRawCallbackMethod_BlockIdentity<
        v1::RevocationService::WithRawCallbackMethod_UnblockIdentity<
            v1::RevocationService::WithRawCallbackMethod_UnblockLineage<
                v1::RevocationService::WithRawCallbackMethod_ListBlocks<
                    v1::RevocationService::WithRawCallbackMethod_WatchRevocations<
                        v1::RevocationService::Service>>>>>>;

// Between the API's messages and the Revoker, the blocks and the watchers. The port's access check
// has looked at the rights but for RevokeCertificates, which any holder may ask for its own.
// Thread-safe; the references outlive it.
class RevocationService : public RawRevocationService {
 public:
  RevocationService(CallerReader& caller_reader, const CurrentPolicy& policies, Revoker& revoker,
                    IdentityBlocks& blocks, RevocationWatchers& watchers, ControlPool& pool)
      : caller_reader_(caller_reader),
        policies_(policies),
        revoker_(revoker),
        blocks_(blocks),
        watchers_(watchers),
        pool_(pool) {}

  grpc::ServerUnaryReactor* RevokeCertificates(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* BlockIdentity(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UnblockIdentity(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UnblockLineage(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListBlocks(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchRevocations(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override;

 private:
  // The start of a call that `handle` does.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Launch(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
                                   absl::Status (RevocationService::*handle)(
                                       const CertificateCaller&, const Request&, Response*));

  absl::Status Revoke(const CertificateCaller& caller, const v1::RevokeCertificatesRequest& request,
                      v1::RevokeCertificatesResponse* response);
  absl::Status Block(const CertificateCaller& caller, const v1::BlockIdentityRequest& request,
                     v1::BlockIdentityResponse* response);
  absl::Status Unblock(const CertificateCaller& caller, const v1::UnblockIdentityRequest& request,
                       v1::UnblockIdentityResponse* response);
  absl::Status UnblockLine(const CertificateCaller& caller,
                           const v1::UnblockLineageRequest& request,
                           v1::UnblockLineageResponse* response);
  absl::Status List(const CertificateCaller& caller, const v1::ListBlocksRequest& request,
                    v1::ListBlocksResponse* response);

  CallerReader& caller_reader_;
  const CurrentPolicy& policies_;
  Revoker& revoker_;
  IdentityBlocks& blocks_;
  RevocationWatchers& watchers_;
  ControlPool& pool_;
  OwnRevocations own_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_SERVICE_H_

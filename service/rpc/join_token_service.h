// fleetca.v1.JoinTokenService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_RPC_JOIN_TOKEN_SERVICE_H_
#define FLEETCA_SERVICE_RPC_JOIN_TOKEN_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "fleetca/v1/join_tokens.grpc.pb.h"
#include "service/call/control_pool.h"
#include "service/join/join_tokens.h"
#include "service/rpc/caller_reader.h"

namespace fleetca::service {

// Between the API's messages and JoinTokens. The port's access check has let through only who may
// manage tokens; everything here waits for the store, in the pool. Thread-safe; the references
// outlive it.
class JoinTokenService : public v1::JoinTokenService::WithRawCallbackMethod_CreateJoinTokens<
                             v1::JoinTokenService::WithRawCallbackMethod_ListJoinTokens<
                                 v1::JoinTokenService::WithRawCallbackMethod_RevokeJoinTokens<
                                     v1::JoinTokenService::Service>>> {
 public:
  JoinTokenService(CallerReader& caller_reader, JoinTokens& tokens, ControlPool& pool)
      : caller_reader_(caller_reader), tokens_(tokens), pool_(pool) {}

  grpc::ServerUnaryReactor* CreateJoinTokens(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListJoinTokens(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RevokeJoinTokens(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;

 private:
  // The start of a call that `handle` does.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Launch(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
                                   absl::Status (JoinTokenService::*handle)(const Caller&,
                                                                            const Request&,
                                                                            Response*));

  absl::Status Create(const Caller& caller, const v1::CreateJoinTokensRequest& request,
                      v1::CreateJoinTokensResponse* response);
  absl::Status List(const Caller& caller, const v1::ListJoinTokensRequest& request,
                    v1::ListJoinTokensResponse* response);
  absl::Status Revoke(const Caller& caller, const v1::RevokeJoinTokensRequest& request,
                      v1::RevokeJoinTokensResponse* response);

  CallerReader& caller_reader_;
  JoinTokens& tokens_;
  ControlPool& pool_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_JOIN_TOKEN_SERVICE_H_

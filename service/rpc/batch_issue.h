// BatchIssueCertificates: one message in, which may be large, and one message out.
#ifndef FLEETCA_SERVICE_RPC_BATCH_ISSUE_H_
#define FLEETCA_SERVICE_RPC_BATCH_ISSUE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "service/call/open_calls.h"
#include "service/rpc/issuance_intake.h"

namespace fleetca::service {

// Starts a call and returns its reactor, which deletes itself when gRPC is done with it. A drain
// ends the call when its message is not complete yet.
grpc::ServerReadReactor<grpc::ByteBuffer>* StartBatchIssue(const IssuanceIntake& intake,
                                                           OpenCalls& calls,
                                                           grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* response);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_BATCH_ISSUE_H_

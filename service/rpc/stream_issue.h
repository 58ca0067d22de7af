// StreamIssueCertificates: requests in, answers out as they are ready, until one side ends it.
#ifndef FLEETCA_SERVICE_RPC_STREAM_ISSUE_H_
#define FLEETCA_SERVICE_RPC_STREAM_ISSUE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "service/call/open_calls.h"
#include "service/rpc/issuance_intake.h"

namespace fleetca::service {

// Starts a stream. It reads while fewer than stream_window requests are unanswered, so a caller
// that does not read its answers stops its own requests and costs a bounded amount of memory. Its
// place is in `calls`: in a drain it answers what it has read and ends with UNAVAILABLE kDraining.
// After a message whose id cannot be read it ends with INVALID_ARGUMENT kRequestMalformed.
grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartStreamIssue(
    const IssuanceIntake& intake, OpenCalls& calls, grpc::CallbackServerContext* context);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_STREAM_ISSUE_H_

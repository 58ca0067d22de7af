// Calls that wait for nothing, neither a disk nor a lock that somebody holds across one: read,
// decided and answered in the method itself, on one of gRPC's threads. Others are control calls
// (service/rpc/control_call.h).
#ifndef FLEETCA_SERVICE_CALL_ANSWER_AT_ONCE_H_
#define FLEETCA_SERVICE_CALL_ANSWER_AT_ONCE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/status/status.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"

namespace fleetca::service {

// Reads the request, has `handle`, a function of (const Request&, Response*) to absl::Status, fill
// in the response, and answers. The result is what the method returns, and good for nothing else.
template <typename Request, typename Response, typename Handle>
grpc::ServerUnaryReactor* AnswerAtOnce(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer& request, grpc::ByteBuffer* response,
                                       Handle handle) {
  Request message;
  Response answer;
  absl::Status status = ReadMessage(request, &message);
  if (status.ok()) {
    status = handle(message, &answer);
  }
  if (status.ok()) {
    WriteMessage(answer, response);
  }
  // gRPC's own, which lives in the context and is not ended before the method has returned.
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_ANSWER_AT_ONCE_H_

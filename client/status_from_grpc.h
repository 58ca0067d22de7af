// A failed call, as gRPC reports it, in the terms of base/errors.h.
#ifndef FLEETCA_CLIENT_STATUS_FROM_GRPC_H_
#define FLEETCA_CLIENT_STATUS_FROM_GRPC_H_

#include "absl/status/status.h"

namespace google::rpc {
class Status;
}  // namespace google::rpc

namespace grpc {
class Status;
}  // namespace grpc

namespace fleetca::client {

// The same code and sentence, with the Reason of google.rpc.ErrorInfo (domain "fleetca"), the field
// of google.rpc.BadRequest and the delay of google.rpc.RetryInfo (GetRetryDelay). A reason that
// this release does not know stands in brackets after the sentence. What a server refuses before
// its handlers run has no details, because gRPC drops them: then the reason is taken from the end
// of the sentence, " (fleetca: CLOCK_REFUSED)". A status that has the reason in neither place did
// not come from a fleetca server and has no Reason. OK stays OK.
absl::Status StatusFromGrpc(const grpc::Status& status);

// The same for one item of a batch or of a stream.
absl::Status StatusFromRpc(const google::rpc::Status& status);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_STATUS_FROM_GRPC_H_

// The one place where an absl::Status becomes a status on the wire.
#ifndef FLEETCA_SERVICE_CALL_STATUS_TO_RPC_H_
#define FLEETCA_SERVICE_CALL_STATUS_TO_RPC_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "google/rpc/status.pb.h"

namespace fleetca::service {

// The status of one item of a batch or stream: the canonical code, the sentence, and in the details
// a google.rpc.ErrorInfo with the reason, a BadRequest with the field, and a RetryInfo where the
// same request can succeed later.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// The same as the status of a whole call (grpc-status-details-bin).
grpc::Status ToGrpcStatus(const absl::Status& status);

// The status of a call that an access check, a grpc::AuthMetadataProcessor, refuses. Of that
// gRPC 1.51 sends code and sentence alone, and without its reason a refusal cannot be told from a
// failure on the way: so the reason stands after the sentence, as in "... (fleetca:
// CLOCK_REFUSED)", where our client looks for it (client/status_from_grpc.h) and a person can read
// it.
grpc::Status ToAccessStatus(const absl::Status& status);

// The way back, between processes of one release: code, sentence, reason and field.
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_STATUS_TO_RPC_H_

// From a call to who makes it, by whatever the port it came through asks for.
#ifndef FLEETCA_SERVICE_RPC_CALLER_READER_H_
#define FLEETCA_SERVICE_RPC_CALLER_READER_H_

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "service/caller/caller.h"

namespace fleetca::service {

// Thread-safe.
class CallerReader {
 public:
  virtual ~CallerReader() = default;

  // UNAUTHENTICATED, with a sentence for the caller.
  virtual absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context) = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CALLER_READER_H_

// From a call to who makes it, by whatever the port it came through asks for.
#ifndef FLEETCA_SERVICE_EDGE_CALL_AUTHENTICATOR_H_
#define FLEETCA_SERVICE_EDGE_CALL_AUTHENTICATOR_H_

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "service/caller.h"

namespace fleetca::service {

// Thread-safe.
class CallAuthenticator {
 public:
  virtual ~CallAuthenticator() = default;

  // UNAUTHENTICATED, with a sentence for the caller.
  virtual absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context) = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_CALL_AUTHENTICATOR_H_

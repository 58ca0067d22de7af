// From a call on the issuing port to who makes it.
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
  virtual absl::StatusOr<CertificateCaller> Authenticate(
      const grpc::ServerContextBase& context) = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CALLER_READER_H_

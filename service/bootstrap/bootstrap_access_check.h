// The access check of the bootstrap port, where callers have no certificate yet.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_ACCESS_CHECK_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_ACCESS_CHECK_H_

#include <grpcpp/security/auth_metadata_processor.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Lets through what the table of rights (service/rights/method_rights.h) opens to anyone on this
// port, and denies every other method before its handler runs, gRPC's own services included: the
// processor of a port sees every call that comes in by it. Thread-safe.
class BootstrapAccessCheck : public grpc::AuthMetadataProcessor {
 public:
  bool IsBlocking() const override { return false; }
  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* context,
                       OutputMetadata* consumed, OutputMetadata* response) override;

  // PERMISSION_DENIED kCallerNotAllowed unless the method with this HTTP/2 :path is open here.
  static absl::Status Check(absl::string_view path);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_ACCESS_CHECK_H_

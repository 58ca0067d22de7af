#include "service/bootstrap/bootstrap_guard.h"

#include "base/errors.h"
#include "service/edge/status_to_rpc.h"

namespace fleetca::service {

absl::Status BootstrapGuard::Check(absl::string_view path) {
  if (path == "/fleetca.v1.CertificateAuthorityService/IssueCertificate" ||
      path == "/fleetca.v1.CertificateAuthorityService/GetTrustBundle") {
    return absl::OkStatus();
  }
  return PermissionDenied(Reason::kCallerNotAllowed,
                          "This port answers IssueCertificate, with a token, and GetTrustBundle "
                          "alone; for anything else connect to the CA's other port with a "
                          "certificate");
}

grpc::Status BootstrapGuard::Process(const InputMetadata& metadata, grpc::AuthContext*,
                                     OutputMetadata*, OutputMetadata*) {
  const auto path = metadata.find(":path");
  return ToGuardStatus(Check(path == metadata.end()
                                 ? absl::string_view()
                                 : absl::string_view(path->second.data(), path->second.size())));
}

}  // namespace fleetca::service

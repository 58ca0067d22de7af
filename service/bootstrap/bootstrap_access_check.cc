#include "service/bootstrap/bootstrap_access_check.h"

#include "base/errors.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::service {

absl::Status BootstrapAccessCheck::Check(absl::string_view path) {
  if (path == "/fleetca.v1.CertificateAuthorityService/IssueCertificate" ||
      path == "/fleetca.v1.CertificateAuthorityService/GetTrustBundle") {
    return absl::OkStatus();
  }
  return PermissionDenied(Reason::kCallerNotAllowed,
                          "This port answers IssueCertificate, with a token, and GetTrustBundle "
                          "alone; for anything else connect to the CA's other port with a "
                          "certificate");
}

grpc::Status BootstrapAccessCheck::Process(const InputMetadata& metadata, grpc::AuthContext*,
                                           OutputMetadata*, OutputMetadata*) {
  const auto path = metadata.find(":path");
  return ToAccessStatus(Check(path == metadata.end()
                                  ? absl::string_view()
                                  : absl::string_view(path->second.data(), path->second.size())));
}

}  // namespace fleetca::service

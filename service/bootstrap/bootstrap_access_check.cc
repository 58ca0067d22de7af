#include "service/bootstrap/bootstrap_access_check.h"

#include "base/errors.h"
#include "service/call/method_path.h"
#include "service/call/status_to_rpc.h"
#include "service/rights/method_rights.h"

namespace fleetca::service {

absl::Status BootstrapAccessCheck::Check(absl::string_view path) {
  // Nobody has an identity or a right here, so there is no more to ask.
  if (RightsOf(path).bootstrap.kind == Access::Kind::kAnyone) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      Reason::kCallerNotAllowed,
      "This port answers IssueCertificate, with a token, RenewCertificate, with "
      "a proof, and GetTrustBundle alone; for anything else connect to the CA's "
      "other port with a certificate");
}

grpc::Status BootstrapAccessCheck::Process(const InputMetadata& metadata, grpc::AuthContext*,
                                           OutputMetadata*, OutputMetadata*) {
  return ToAccessStatus(Check(MethodPath(metadata)));
}

}  // namespace fleetca::service

#include "client/authz/grpc/authz_files.h"

#include <utility>

#include "base/status_macros.h"
#include "client/authz/certificate_file.h"
#include "client/authz/grpc/method_roles.h"

namespace fleetca::client {

absl::StatusOr<AuthzOptions> LoadAuthzOptions(const AuthzFiles& files) {
  AuthzOptions options;
  FLEETCA_ASSIGN_OR_RETURN(options.verifier.roots, LoadCertificates(files.roots));
  FLEETCA_ASSIGN_OR_RETURN(options.methods, MethodRoles::Load(files.method_roles));
  if (!files.intermediates.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.verifier.intermediates,
                             LoadIntermediates(files.intermediates));
  }
  options.verifier.trust_domain = files.trust_domain;
  options.verifier.audience = files.audience;
  options.verifier.revocations = files.revocations;
  return options;
}

absl::StatusOr<std::shared_ptr<AuthzProcessor>> InstallAuthz(const AuthzFiles& files,
                                                             grpc::ServerCredentials* credentials) {
  FLEETCA_ASSIGN_OR_RETURN(AuthzOptions options, LoadAuthzOptions(files));
  return InstallAuthz(std::move(options), credentials);
}

}  // namespace fleetca::client

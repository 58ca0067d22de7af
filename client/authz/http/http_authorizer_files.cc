#include "client/authz/http/http_authorizer_files.h"

#include <utility>

#include "base/status_macros.h"
#include "client/authz/certificate_file.h"
#include "client/authz/http/http_roles.h"

namespace fleetca::client {

absl::StatusOr<std::unique_ptr<HttpAuthorizer>> LoadHttpAuthorizer(
    const HttpAuthorizerFiles& files) {
  HttpAuthorizerOptions options;
  FLEETCA_ASSIGN_OR_RETURN(options.verifier.roots, LoadCertificates(files.roots));
  FLEETCA_ASSIGN_OR_RETURN(options.routes, HttpRoles::Load(files.routes));
  if (!files.intermediates.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.verifier.intermediates,
                             LoadIntermediates(files.intermediates));
  }
  options.verifier.trust_domain = files.trust_domain;
  options.verifier.audience = files.audience;
  options.verifier.minimum_policy_revision = files.minimum_policy_revision;
  options.verifier.oids = files.oids;
  return HttpAuthorizer::Create(std::move(options));
}

}  // namespace fleetca::client

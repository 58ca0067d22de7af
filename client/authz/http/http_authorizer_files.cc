#include "client/authz/http/http_authorizer_files.h"

#include <utility>

#include "base/status_macros.h"
#include "client/authz/certificate_file.h"
#include "client/authz/http/http_roles.h"

namespace fleetca::client {

std::vector<WatchedFile> FilesToRead(const HttpAuthorizerFiles& files) {
  std::vector<WatchedFile> read = {{files.roots}, {files.routes}};
  if (!files.intermediates.empty()) {
    read.push_back({files.intermediates});
  }
  return read;
}

absl::StatusOr<std::unique_ptr<HttpAuthorizer>> MakeHttpAuthorizer(
    const HttpAuthorizerFiles& files, absl::Span<const SecretBytes> contents) {
  HttpAuthorizerOptions options;
  FLEETCA_ASSIGN_OR_RETURN(options.verifier.roots,
                           ParseCertificateFile(contents[0].view(), files.roots));
  FLEETCA_ASSIGN_OR_RETURN(options.routes, HttpRoles::Parse(contents[1].view(), files.routes));
  if (!files.intermediates.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(options.verifier.intermediates,
                             ParseIntermediates(contents[2].view(), files.intermediates));
  }
  options.verifier.trust_domain = files.trust_domain;
  options.verifier.audience = files.audience;
  options.verifier.minimum_policy_revision = files.minimum_policy_revision;
  options.verifier.oids = files.oids;
  options.verifier.revocations = files.revocations;
  return HttpAuthorizer::Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<HttpAuthorizer>> LoadHttpAuthorizer(
    const HttpAuthorizerFiles& files) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<SecretBytes> contents,
                           ReadTogether(FilesToRead(files)));
  return MakeHttpAuthorizer(files, contents);
}

}  // namespace fleetca::client

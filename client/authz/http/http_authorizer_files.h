// HttpAuthorizer from files.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_FILES_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "client/authz/http/http_authorizer.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {

struct HttpAuthorizerFiles {
  // PEM: the roots whose certificates carry authorization.
  std::string roots;
  // A table of routes (http_roles.proto).
  std::string routes;
  // PEM: the issuing CAs. May be empty; then proxies pass on whole chains.
  std::string intermediates;
  // As in AuthzVerifierOptions.
  std::string trust_domain;
  std::string audience;
  uint64_t minimum_policy_revision = 0;
  x509::AuthzOids oids;
  // No file: what is revoked, as in AuthzVerifierOptions.
  std::shared_ptr<const Revocations> revocations = nullptr;
};

// The files that are read, in their order; to be read together.
std::vector<WatchedFile> FilesToRead(const HttpAuthorizerFiles& files);

// Of the contents of these. INVALID_ARGUMENT kFileInvalid for what is not PEM of certificates,
// kConfigInvalid for a bad table or option; each names the file or the option.
absl::StatusOr<std::unique_ptr<HttpAuthorizer>> MakeHttpAuthorizer(
    const HttpAuthorizerFiles& files, absl::Span<const SecretBytes> contents);

// Reads them and makes one: the errors of ReadTogether and of MakeHttpAuthorizer.
absl::StatusOr<std::unique_ptr<HttpAuthorizer>> LoadHttpAuthorizer(
    const HttpAuthorizerFiles& files);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_FILES_H_

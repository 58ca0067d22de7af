// AuthzProcessor from files, in one line:
//
//   auto authz = InstallAuthz({.roots = "ca.pem",
//                              .method_roles = "method_roles.textproto",
//                              .trust_domain = "fleet.example",
//                              .audience = "svc/echo"},
//                             credentials.get());
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/authz/grpc/authz_processor.h"

namespace fleetca::client {

// What a server that has files needs to say.
struct AuthzFiles {
  // PEM: the roots whose certificates carry authorization.
  std::string roots;
  // A table of methods (method_roles.proto).
  std::string method_roles;
  // PEM: the issuing CAs. May be empty; then callers send them.
  std::string intermediates;
  // As in AuthzVerifierOptions.
  std::string trust_domain;
  std::string audience;
  // No file: what is revoked, as in AuthzVerifierOptions.
  std::shared_ptr<const Revocations> revocations = nullptr;
};

// The files' contents, with the defaults for all else. FAILED_PRECONDITION as ReadFile,
// INVALID_ARGUMENT kFileInvalid for what is not PEM of certificates, kConfigInvalid for a bad
// table; each names the file.
absl::StatusOr<AuthzOptions> LoadAuthzOptions(const AuthzFiles& files);

// InstallAuthz with them. Errors are those of the reading and those of InstallAuthz.
absl::StatusOr<std::shared_ptr<AuthzProcessor>> InstallAuthz(const AuthzFiles& files,
                                                             grpc::ServerCredentials* credentials);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_

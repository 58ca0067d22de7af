// The options of AuthzProcessor from files.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/authz/grpc/authz_processor.h"

namespace fleetca::client {

struct AuthzFiles {
  // PEM: the roots whose certificates carry authorization.
  std::string roots;
  // A table of methods (method_roles.proto).
  std::string method_roles;
  // PEM: the issuing CAs. May be empty; then callers send them.
  std::string intermediates;
};

// The files' contents, with the defaults for all else: the trust domain at least is the caller's to
// set. FAILED_PRECONDITION as ReadFile, INVALID_ARGUMENT kFileInvalid for what is no PEM of
// certificates, kConfigInvalid for a bad table; each names the file.
absl::StatusOr<AuthzOptions> LoadAuthzOptions(const AuthzFiles& files);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_AUTHZ_FILES_H_

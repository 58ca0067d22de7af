// Which roles a gRPC server asks of the callers of its methods.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_METHOD_ROLES_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_METHOD_ROLES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/authz/grants.h"
#include "client/authz/required_roles.h"

namespace fleetca::client {

// A table of methods. Immutable, thread-safe; an empty one denies everything.
class MethodRoles {
 public:
  MethodRoles() = default;

  // From the text of a fleetca.authz.v1.MethodRoles; `path` is what messages call it.
  // INVALID_ARGUMENT kConfigInvalid with all mistakes, a line for each: "roles.textproto:7: ...".
  static absl::StatusOr<MethodRoles> Parse(absl::string_view text, absl::string_view path);
  // The same from a file; adds the errors of ReadFile.
  static absl::StatusOr<MethodRoles> Load(absl::string_view path);

  // Whether the caller may call the method with this HTTP/2 :path. PERMISSION_DENIED
  // kCallerNotAllowed with a sentence for the caller. It speaks of the caller's own certificate
  // alone and is the same for methods that do not exist, so that nobody learns from it what the
  // server has.
  absl::Status Check(absl::string_view path, const Grants& grants) const;

  // What Check asks, for the server's own log: "any of reader, writer", "any identity", "not
  // listed".
  std::string Needed(absl::string_view path) const;

 private:
  // Null where nothing is listed.
  const RequiredRoles* Find(absl::string_view path) const;

  // By :path; "/echo.v1.EchoService/*" is all of a service.
  absl::flat_hash_map<std::string, RequiredRoles> methods_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_METHOD_ROLES_H_

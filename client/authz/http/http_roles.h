// Which roles an HTTP service asks of those who send it requests.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/authz/grants.h"
#include "client/authz/required_roles.h"

namespace fleetca::client {

// What decides about a request.
struct HttpRule {
  // "GET api.fleet.example/orders/*", for people; "" where nothing is listed.
  std::string route;
  // Null where nothing is listed. Aliases the table.
  const RequiredRoles* roles = nullptr;
};

// A table of routes; http_roles.proto describes it. Immutable, thread-safe; an empty one denies
// everything.
class HttpRoles {
 public:
  HttpRoles() = default;

  // From the text of a fleetca.authz.v1.HttpRoles; `path` is what messages call it.
  // INVALID_ARGUMENT kConfigInvalid with all mistakes, a line for each: "roles.textproto:7: ...".
  static absl::StatusOr<HttpRoles> Parse(absl::string_view text, absl::string_view path);
  // The same from a file; adds the errors of ReadFile.
  static absl::StatusOr<HttpRoles> Load(absl::string_view path);

  // The rule of the most specific route. `host` and `path` are as request_path.h makes them.
  HttpRule Find(absl::string_view host, absl::string_view method, absl::string_view path) const;

 private:
  using Methods = absl::flat_hash_map<std::string, RequiredRoles>;
  // By path, in which "/*" at the end is all below.
  using Paths = absl::flat_hash_map<std::string, Methods>;

  // Null where the host has no route for the path.
  static const Paths::value_type* FindPath(const Paths& paths, absl::string_view path);

  // By host; "" is any.
  absl::flat_hash_map<std::string, Paths> hosts_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_H_

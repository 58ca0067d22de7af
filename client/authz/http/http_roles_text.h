// The table of routes and roles as it is written: parsed, and judged line by line.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_TEXT_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_TEXT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fleetca/authz/v1/http_roles.pb.h"

namespace fleetca::client {

// Parses into *message what http_roles.proto calls a valid table. INVALID_ARGUMENT kConfigInvalid
// with all mistakes in the order of the file, each as "path:line: sentence"; the field is the first
// one's.
absl::Status ParseHttpRolesText(absl::string_view text, absl::string_view path,
                                authz::v1::HttpRoles* message);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_ROLES_TEXT_H_

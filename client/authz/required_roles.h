// What a table of roles asks of a caller, whatever the table is keyed by.
#ifndef FLEETCA_CLIENT_AUTHZ_REQUIRED_ROLES_H_
#define FLEETCA_CLIENT_AUTHZ_REQUIRED_ROLES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/authz/grants.h"

namespace fleetca::client {

// The roles of which a caller needs one; empty: any identity will do. Where a table lists nothing
// there is no RequiredRoles, a null pointer below.
using RequiredRoles = std::vector<std::string>;

// Whether these let the caller in. PERMISSION_DENIED kCallerNotAllowed with a sentence for the
// caller, "spiffe://... may not `deed`: ...". It speaks of the caller's own certificate alone and
// is the same where nothing is listed, so that nobody learns from it what there is.
absl::Status CheckRoles(const RequiredRoles* required, const Grants& grants,
                        absl::string_view deed);

// For the operator's log: "any of reader, writer", "any identity", "not listed".
std::string RequiredRolesInWords(const RequiredRoles* required);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_REQUIRED_ROLES_H_

#include "client/authz/required_roles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

// What the caller can do about it, from what it knows already: its own certificate.
absl::string_view Advice(GrantState state) {
  switch (state) {
    case GrantState::kGranted:
      return "none of its roles allows it; if it should, have the role granted by the CA's policy "
             "and renew the certificate";
    case GrantState::kAbsent:
      return "its certificate grants no roles; have them granted by the CA's policy and renew the "
             "certificate";
    case GrantState::kUnreadable:
      return "the roles in its certificate cannot be read here; renew the certificate, and if that "
             "does not help tell the CA's operator";
    case GrantState::kOtherAudience:
      return "the roles in its certificate are for other services; have this one added to their "
             "audience in the CA's policy and renew the certificate";
    case GrantState::kStalePolicy:
      return "the roles in its certificate are of an outdated policy; renew the certificate";
  }
  return "";
}

}  // namespace

absl::Status CheckRoles(const RequiredRoles* required, const Grants& grants,
                        absl::string_view deed) {
  const auto held = [&grants](const std::string& role) { return grants.HasRole(role); };
  if (required != nullptr &&
      (required->empty() || std::any_of(required->begin(), required->end(), held))) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      Reason::kCallerNotAllowed,
      absl::StrCat(grants.identity, " may not ", deed, ": ", Advice(grants.state)));
}

std::string RequiredRolesInWords(const RequiredRoles* required) {
  if (required == nullptr) {
    return "not listed";
  }
  return required->empty() ? "any identity"
                           : absl::StrCat("any of ", absl::StrJoin(*required, ", "));
}

}  // namespace fleetca::client

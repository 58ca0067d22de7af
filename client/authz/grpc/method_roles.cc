#include "client/authz/grpc/method_roles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/authz/grpc/method_roles_text.h"
#include "fleetca/authz/v1/method_roles.pb.h"

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

absl::StatusOr<MethodRoles> MethodRoles::Parse(absl::string_view text, absl::string_view path) {
  authz::v1::MethodRoles message;
  FLEETCA_RETURN_IF_ERROR(ParseMethodRolesText(text, path, &message));
  MethodRoles table;
  for (const authz::v1::MethodRule& rule : message.methods()) {
    table.methods_.try_emplace(rule.method(), rule.roles().begin(), rule.roles().end());
  }
  return table;
}

absl::StatusOr<MethodRoles> MethodRoles::Load(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Parse(text, path);
}

const MethodRoles::Roles* MethodRoles::Find(absl::string_view path) const {
  auto found = methods_.find(path);
  if (found == methods_.end()) {
    // A path without a slash gives "*", which no table can have.
    found = methods_.find(absl::StrCat(path.substr(0, path.rfind('/') + 1), "*"));
  }
  return found == methods_.end() ? nullptr : &found->second;
}

absl::Status MethodRoles::Check(absl::string_view path, const Grants& grants) const {
  const Roles* const roles = Find(path);
  const auto held = [&grants](const std::string& role) { return grants.HasRole(role); };
  if (roles != nullptr && (roles->empty() || std::any_of(roles->begin(), roles->end(), held))) {
    return absl::OkStatus();
  }
  return PermissionDenied(
      Reason::kCallerNotAllowed,
      absl::StrCat(grants.identity, " may not call this method: ", Advice(grants.state)));
}

std::string MethodRoles::Needed(absl::string_view path) const {
  const Roles* const roles = Find(path);
  if (roles == nullptr) {
    return "not listed";
  }
  return roles->empty() ? "any identity" : absl::StrCat("any of ", absl::StrJoin(*roles, ", "));
}

}  // namespace fleetca::client

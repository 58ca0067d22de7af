#include "client/authz/grpc/method_roles.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/authz/grpc/method_roles_text.h"
#include "fleetca/authz/v1/method_roles.pb.h"

namespace fleetca::client {

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

const RequiredRoles* MethodRoles::Find(absl::string_view path) const {
  auto found = methods_.find(path);
  if (found == methods_.end()) {
    // A path without a slash gives "*", which no table can have.
    found = methods_.find(absl::StrCat(path.substr(0, path.rfind('/') + 1), "*"));
  }
  return found == methods_.end() ? nullptr : &found->second;
}

absl::Status MethodRoles::Check(absl::string_view path, const Grants& grants) const {
  return CheckRoles(Find(path), grants, "call this method");
}

std::string MethodRoles::Needed(absl::string_view path) const {
  return RequiredRolesInWords(Find(path));
}

}  // namespace fleetca::client

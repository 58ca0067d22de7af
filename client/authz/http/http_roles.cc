#include "client/authz/http/http_roles.h"

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/authz/http/http_roles_text.h"
#include "fleetca/authz/v1/http_roles.pb.h"

namespace fleetca::client {

absl::StatusOr<HttpRoles> HttpRoles::Parse(absl::string_view text, absl::string_view path) {
  authz::v1::HttpRoles message;
  FLEETCA_RETURN_IF_ERROR(ParseHttpRolesText(text, path, &message));
  HttpRoles table;
  for (const authz::v1::HttpRoute& route : message.routes()) {
    Methods& methods = table.hosts_[route.host()][route.path()];
    for (const std::string& method : route.methods()) {
      methods.try_emplace(method, route.roles().begin(), route.roles().end());
    }
  }
  return table;
}

absl::StatusOr<HttpRoles> HttpRoles::Load(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Parse(text, path);
}

const HttpRoles::Paths::value_type* HttpRoles::FindPath(const Paths& paths,
                                                        absl::string_view path) {
  if (const auto exact = paths.find(path); exact != paths.end()) {
    return &*exact;
  }
  // "/a/b" is below "/a/b/*", "/a/*" and "/*".
  std::string above = path == "/" ? std::string() : std::string(path);
  while (true) {
    if (const auto found = paths.find(absl::StrCat(above, "/*")); found != paths.end()) {
      return &*found;
    }
    if (above.empty()) {
      return nullptr;
    }
    above.resize(above.rfind('/'));
  }
}

HttpRule HttpRoles::Find(absl::string_view host, absl::string_view method,
                         absl::string_view path) const {
  for (const absl::string_view name : {host, absl::string_view()}) {
    const auto paths = hosts_.find(name);
    if (paths == hosts_.end()) {
      continue;
    }
    const Paths::value_type* const found = FindPath(paths->second, path);
    if (found == nullptr) {
      continue;
    }
    // Falling back to a route that is less specific would open what this one leaves out.
    auto rule = found->second.find(method);
    if (rule == found->second.end()) {
      rule = found->second.find("*");
    }
    if (rule == found->second.end()) {
      return {};
    }
    return {.route = absl::StrCat(rule->first, " ", name, found->first), .roles = &rule->second};
  }
  return {};
}

}  // namespace fleetca::client

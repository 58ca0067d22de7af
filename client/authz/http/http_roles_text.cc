#include "client/authz/http/http_roles_text.h"

#include <string>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/authz/http/request_path.h"
#include "client/authz/role_table_text.h"
#include "google/protobuf/text_format.h"

namespace fleetca::client {
namespace {

using authz::v1::HttpRoute;

// The line of each host, path and method so far.
using Lines = absl::flat_hash_map<std::tuple<std::string, std::string, std::string>, int>;

void CheckHost(const HttpRoute& route, const TableEntry& entry) {
  const auto host = ParseRequestHost(route.host());
  if (!host.has_value() || *host != route.host()) {
    entry.Add(
        entry.LineOf(HttpRoute::kHostFieldNumber), "host",
        absl::StrCat("\"", route.host(),
                     "\" is not a host as routes name them; write it in lower case, without a "
                     "port or a dot at its end, or leave it out for any host"));
  }
}

void CheckPath(const HttpRoute& route, const TableEntry& entry) {
  if (route.path().empty()) {
    entry.Add(entry.line(), "path",
              "This route names no path; write path: \"/orders\", or \"/orders/*\" for all below");
    return;
  }
  const absl::string_view above = absl::StripSuffix(route.path(), "/*");
  const char* problem = nullptr;
  if (above.empty()) {
    return;  // "/*" is every path
  }
  if (route.path() != "/" && absl::EndsWith(above, "/")) {
    problem = "has a slash at its end, which does not count; leave it out";
  } else if (absl::StrContains(above, '*')) {
    problem = "has a \"*\" elsewhere than in \"/*\" at its end; list the paths";
  } else {
    problem = RequestPathProblem(above);
  }
  if (problem != nullptr) {
    entry.Add(entry.LineOf(HttpRoute::kPathFieldNumber), "path",
              absl::StrCat("\"", route.path(), "\" ", problem));
  }
}

void CheckMethods(const HttpRoute& route, const TableEntry& entry, Lines* lines) {
  if (route.methods().empty()) {
    entry.Add(entry.line(), "methods",
              absl::StrCat("The route of \"", route.path(),
                           "\" names no method; write methods: \"GET\", or \"*\" for all"));
  }
  for (int i = 0; i < route.methods_size(); ++i) {
    const std::string& method = route.methods(i);
    const int line = entry.LineOf(HttpRoute::kMethodsFieldNumber, i);
    const std::string field = absl::StrCat("methods[", i, "]");
    if (method != "*" && !IsHttpMethod(method)) {
      entry.Add(
          line, field,
          absl::StrCat("\"", method,
                       "\" is not an HTTP method; write \"GET\" in capitals, or \"*\" for every "
                       "method that no other route of the path lists"));
    } else if (const auto [first, is_new] =
                   lines->try_emplace({route.host(), route.path(), method}, line);
               !is_new) {
      entry.Add(line, field,
                absl::StrCat(method, " of ", route.host(), route.path(), " is listed in line ",
                             first->second + 1, " already; put all its roles into one route"));
    }
  }
}

}  // namespace

absl::Status ParseHttpRolesText(absl::string_view text, absl::string_view path,
                                authz::v1::HttpRoles* message) {
  TableMistakes mistakes(path);
  google::protobuf::TextFormat::ParseInfoTree locations;
  if (!ParseTableText(text, &mistakes, &locations, message)) {
    return mistakes.ToStatus();
  }
  if (message->routes().empty()) {
    mistakes.Add(0, "routes",
                 "No route is listed, so nobody may send anything; list routes { path: "
                 "\"/orders/*\" methods: \"GET\" roles: \"reader\" }");
  }
  Lines lines;
  for (int i = 0; i < message->routes_size(); ++i) {
    const HttpRoute& route = message->routes(i);
    const TableEntry entry(*message, authz::v1::HttpRoles::kRoutesFieldNumber, i, locations,
                           &mistakes);
    CheckHost(route, entry);
    CheckPath(route, entry);
    CheckMethods(route, entry, &lines);
    entry.CheckRoles(HttpRoute::kRolesFieldNumber, route.roles(), route.any_identity(),
                     route.path());
  }
  return mistakes.ToStatus();
}

}  // namespace fleetca::client

#include "client/authz/grpc/method_roles_text.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/authz/role_table_text.h"
#include "google/protobuf/text_format.h"

namespace fleetca::client {
namespace {

using authz::v1::MethodRule;

// A name of protobuf: letters, digits and "_", not beginning with a digit.
bool IsName(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '_' || absl::ascii_isalnum(c); });
}

bool IsMethod(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  if (parts.size() != 3 || !parts[0].empty() || !(parts[2] == "*" || IsName(parts[2]))) {
    return false;
  }
  const std::vector<absl::string_view> service = absl::StrSplit(parts[1], '.');
  return std::all_of(service.begin(), service.end(), IsName);
}

// `lines` has the line of each method so far.
void CheckMethod(const MethodRule& rule, const TableEntry& entry,
                 absl::flat_hash_map<std::string, int>* lines) {
  const int line = entry.LineOf(MethodRule::kMethodFieldNumber);
  if (rule.method().empty()) {
    entry.Add(entry.line(), "method",
              "This entry names no method; write method: \"/package.Service/Method\"");
  } else if (!IsMethod(rule.method())) {
    entry.Add(line, "method",
              absl::StrCat("\"", rule.method(),
                           "\" is not a path of a method; write \"/package.Service/Method\", or "
                           "\"/package.Service/*\" for all of a service"));
  } else if (const auto [first, is_new] = lines->try_emplace(rule.method(), line); !is_new) {
    entry.Add(line, "method",
              absl::StrCat(rule.method(), " is listed in line ", first->second + 1,
                           " already; put all its roles into one entry"));
  }
}

}  // namespace

absl::Status ParseMethodRolesText(absl::string_view text, absl::string_view path,
                                  authz::v1::MethodRoles* message) {
  TableMistakes mistakes(path);
  google::protobuf::TextFormat::ParseInfoTree locations;
  if (!ParseTableText(text, &mistakes, &locations, message)) {
    return mistakes.ToStatus();
  }
  if (message->methods().empty()) {
    mistakes.Add(0, "methods",
                 "No method is listed, so nobody may call anything; list methods { method: "
                 "\"/package.Service/Method\" roles: \"reader\" }");
  }
  absl::flat_hash_map<std::string, int> lines;
  for (int i = 0; i < message->methods_size(); ++i) {
    const MethodRule& rule = message->methods(i);
    const TableEntry entry(*message, authz::v1::MethodRoles::kMethodsFieldNumber, i, locations,
                           &mistakes);
    CheckMethod(rule, entry, &lines);
    entry.CheckRoles(MethodRule::kRolesFieldNumber, rule.roles(), rule.any_identity(),
                     rule.method());
  }
  return mistakes.ToStatus();
}

}  // namespace fleetca::client

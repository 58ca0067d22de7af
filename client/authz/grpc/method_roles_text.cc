#include "client/authz/grpc/method_roles_text.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "x509/authz_token.h"

namespace fleetca::client {
namespace {

using authz::v1::MethodRule;
using google::protobuf::TextFormat;

constexpr int kMaxNesting = 16;

// Unknown fields come as warnings, as the parser is told to go on after them.
class Mistakes : public google::protobuf::io::ErrorCollector {
 public:
  explicit Mistakes(absl::string_view path) : path_(path) {}

  // Lines are counted from 0, as protobuf does.
  void Add(int line, absl::string_view field, absl::string_view sentence) {
    found_.push_back({line, std::string(field), std::string(sentence)});
  }
  void AddError(int line, int column, const std::string& message) override {
    Add(line, "", message);
  }
  void AddWarning(int line, int column, const std::string& message) override {
    Add(line, "", absl::StrCat(absl::StripSuffix(message, "."), "; remove it or correct its name"));
  }

  absl::Status ToStatus() {
    if (found_.empty()) {
      return absl::OkStatus();
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Mistake& a, const Mistake& b) { return a.line < b.line; });
    std::string message;
    for (const Mistake& mistake : found_) {
      absl::StrAppend(&message, message.empty() ? "" : "\n", path_, ":", mistake.line + 1, ": ",
                      mistake.sentence);
    }
    return InvalidArgument(Reason::kConfigInvalid, found_.front().field, message);
  }

 private:
  struct Mistake {
    int line;
    std::string field;
    std::string sentence;
  };

  const std::string path_;
  std::vector<Mistake> found_;
};

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

// One entry of the table, and where it stands.
class RuleCheck {
 public:
  RuleCheck(const MethodRule& rule, int index, const TextFormat::ParseInfoTree& table,
            Mistakes* mistakes)
      : rule_(rule), field_(absl::StrCat("methods[", index, "]")), mistakes_(mistakes) {
    const auto* const methods = authz::v1::MethodRoles::descriptor()->FindFieldByNumber(
        authz::v1::MethodRoles::kMethodsFieldNumber);
    line_ = std::max(0, table.GetLocation(methods, index).line);
    fields_ = table.GetTreeForNested(methods, index);
  }

  // `lines` has the line of each method so far.
  void CheckMethod(absl::flat_hash_map<std::string, int>* lines) {
    const int line = LineOf(MethodRule::kMethodFieldNumber, -1);
    if (rule_.method().empty()) {
      Add(line_, "method", "This entry names no method; write method: \"/package.Service/Method\"");
    } else if (!IsMethod(rule_.method())) {
      Add(line, "method",
          absl::StrCat("\"", rule_.method(),
                       "\" is no path of a method; write \"/package.Service/Method\", or "
                       "\"/package.Service/*\" for all of a service"));
    } else if (const auto [first, is_new] = lines->try_emplace(rule_.method(), line); !is_new) {
      Add(line, "method",
          absl::StrCat(rule_.method(), " is listed in line ", first->second + 1,
                       " already; put all its roles into one entry"));
    }
  }

  void CheckRoles() {
    if (rule_.roles().empty() != rule_.any_identity()) {
      Add(line_, "roles",
          absl::StrCat("The entry of \"", rule_.method(), "\" ",
                       rule_.any_identity()
                           ? "has roles and any_identity; keep one of them"
                           : "has no roles; list them, or write any_identity: true to let every "
                             "identity in"));
    }
    absl::flat_hash_set<absl::string_view> seen;
    for (int i = 0; i < rule_.roles_size(); ++i) {
      const std::string& role = rule_.roles(i);
      const bool is_token = x509::IsToken(role);
      if (!is_token || !seen.insert(role).second) {
        Add(LineOf(MethodRule::kRolesFieldNumber, i), absl::StrCat("roles[", i, "]"),
            absl::StrCat("\"", role, "\" ",
                         is_token ? "is listed twice; remove one"
                                  : "is no role that a certificate can have; write 1 to 64 of a-z, "
                                    "0-9, \".\", \"_\", \"/\" and \"-\", a letter or digit "
                                    "first"));
      }
    }
  }

 private:
  void Add(int line, absl::string_view field, absl::string_view sentence) {
    mistakes_->Add(line, absl::StrCat(field_, ".", field), sentence);
  }

  // The values of a list in brackets have one location, which is the first one's.
  int LineOf(int field_number, int index) const {
    const auto* const field = MethodRule::descriptor()->FindFieldByNumber(field_number);
    int line = -1;
    for (int i = index; fields_ != nullptr && line < 0 && i >= std::min(index, 0); --i) {
      line = fields_->GetLocation(field, i).line;
    }
    return line < 0 ? line_ : line;
  }

  const MethodRule& rule_;
  const std::string field_;
  Mistakes* const mistakes_;
  int line_;
  const TextFormat::ParseInfoTree* fields_;
};

}  // namespace

absl::Status ParseMethodRolesText(absl::string_view text, absl::string_view path,
                                  authz::v1::MethodRoles* message) {
  Mistakes mistakes(path == "-" ? "standard input" : path);
  TextFormat::ParseInfoTree locations;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&mistakes);
  parser.WriteLocationsTo(&locations);
  // To go on after the first unknown field and report them all.
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxNesting);
  if (!parser.ParseFromString(std::string(text), message)) {
    return mistakes.ToStatus();
  }
  if (message->methods().empty()) {
    mistakes.Add(0, "methods",
                 "No method is listed, so nobody may call anything; list methods { method: "
                 "\"/package.Service/Method\" roles: \"reader\" }");
  }
  absl::flat_hash_map<std::string, int> lines;
  for (int i = 0; i < message->methods_size(); ++i) {
    RuleCheck check(message->methods(i), i, locations, &mistakes);
    check.CheckMethod(&lines);
    check.CheckRoles();
  }
  return mistakes.ToStatus();
}

}  // namespace fleetca::client

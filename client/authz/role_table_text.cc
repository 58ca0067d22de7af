#include "client/authz/role_table_text.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/text.h"
#include "google/protobuf/descriptor.h"
#include "x509/authz/authz_token.h"

namespace fleetca::client {

using google::protobuf::Message;
using google::protobuf::TextFormat;

namespace {

constexpr int kMaxNesting = 16;

}  // namespace

void TableMistakes::Add(int line, absl::string_view field, absl::string_view sentence) {
  found_.push_back({line, std::string(field), std::string(sentence)});
}

void TableMistakes::AddError(int line, int column, const std::string& message) {
  Add(line, "", message);
}

void TableMistakes::AddWarning(int line, int column, const std::string& message) {
  Add(line, "", absl::StrCat(absl::StripSuffix(message, "."), "; remove it or correct its name"));
}

absl::Status TableMistakes::ToStatus() {
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

bool ParseTableText(absl::string_view text, TableMistakes* mistakes,
                    TextFormat::ParseInfoTree* locations, Message* message) {
  const absl::StatusOr<absl::string_view> utf8 = TextOf(text);
  if (!utf8.ok()) {
    mistakes->Add(0, "", utf8.status().message());
    return false;
  }
  TextFormat::Parser parser;
  parser.RecordErrorsTo(mistakes);
  parser.WriteLocationsTo(locations);
  // To go on after the first unknown field and report them all.
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxNesting);
  return parser.ParseFromString(std::string(*utf8), message);
}

TableEntry::TableEntry(const Message& table, int list, int index,
                       const TextFormat::ParseInfoTree& locations, TableMistakes* mistakes)
    : mistakes_(mistakes) {
  const auto* const field = table.GetDescriptor()->FindFieldByNumber(list);
  entry_ = &table.GetReflection()->GetRepeatedMessage(table, field, index);
  field_ = absl::StrCat(field->name(), "[", index, "]");
  line_ = std::max(0, locations.GetLocation(field, index).line);
  fields_ = locations.GetTreeForNested(field, index);
}

int TableEntry::LineOf(int field, int index) const {
  const auto* const descriptor = entry_->GetDescriptor()->FindFieldByNumber(field);
  int line = -1;
  for (int i = index; fields_ != nullptr && line < 0 && i >= std::min(index, 0); --i) {
    line = fields_->GetLocation(descriptor, i).line;
  }
  return line < 0 ? line_ : line;
}

void TableEntry::Add(int line, absl::string_view field, absl::string_view sentence) const {
  mistakes_->Add(line, absl::StrCat(field_, ".", field), sentence);
}

void TableEntry::CheckRoles(int field, const google::protobuf::RepeatedPtrField<std::string>& roles,
                            bool any_identity, absl::string_view name) const {
  if (roles.empty() != any_identity) {
    Add(line_, "roles",
        absl::StrCat("The entry of \"", name, "\" ",
                     any_identity
                         ? "has roles and any_identity; keep one of them"
                         : "has no roles; list them, or write any_identity: true to let every "
                           "identity in"));
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < roles.size(); ++i) {
    const std::string& role = roles[i];
    const bool is_token = x509::IsToken(role);
    if (!is_token || !seen.insert(role).second) {
      Add(LineOf(field, i), absl::StrCat("roles[", i, "]"),
          absl::StrCat("\"", role, "\" ",
                       is_token
                           ? "is listed twice; remove one"
                           : "is not a role that a certificate can have; write 1 to 64 of a-z, "
                             "0-9, \".\", \"_\", \"/\" and \"-\", a letter or digit "
                             "first"));
    }
  }
}

}  // namespace fleetca::client

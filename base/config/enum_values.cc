#include "base/config/enum_values.h"

#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fleetca {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// Of every field of that name, in the message or below it. `seen` ends recursive messages.
void FindEnums(absl::string_view field, const Descriptor& message,
               std::set<const Descriptor*>* seen, std::set<const EnumDescriptor*>* found) {
  if (!seen->insert(&message).second) {
    return;
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& each = *message.field(i);
    if (each.enum_type() != nullptr && each.name() == field) {
      found->insert(each.enum_type());
    }
    if (each.message_type() != nullptr) {
      FindEnums(field, *each.message_type(), seen, found);
    }
  }
}

}  // namespace

std::string EnumValuesOf(absl::string_view field, const Descriptor& root) {
  std::set<const Descriptor*> seen;
  std::set<const EnumDescriptor*> found;
  FindEnums(field, root, &seen, &found);
  if (found.size() != 1) {
    return "";
  }
  std::vector<std::string> values;
  const EnumDescriptor& type = **found.begin();
  for (int i = 0; i < type.value_count(); ++i) {
    if (!absl::EndsWith(type.value(i)->name(), "_UNSPECIFIED")) {
      values.push_back(type.value(i)->name());
    }
  }
  if (values.size() < 2) {
    return absl::StrJoin(values, "");
  }
  const std::string last = values.back();
  values.pop_back();
  return absl::StrCat(absl::StrJoin(values, ", "), " or ", last);
}

}  // namespace fleetca

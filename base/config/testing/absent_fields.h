// Which fields of a schema an example leaves out.
#ifndef FLEETCA_BASE_CONFIG_TESTING_ABSENT_FIELDS_H_
#define FLEETCA_BASE_CONFIG_TESTING_ABSENT_FIELDS_H_

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace fleetca::testing {

// Adds every field below `descriptor` that stands nowhere in `text` as a word before ":" or "{".
inline void CollectAbsentFields(const google::protobuf::Descriptor* descriptor,
                                absl::string_view text, std::set<std::string>* absent) {
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = descriptor->field(i);
    if (!absl::StrContains(text, absl::StrCat(" ", field->name(), ": ")) &&
        !absl::StrContains(text, absl::StrCat("\n", field->name(), ": ")) &&
        !absl::StrContains(text, absl::StrCat(" ", field->name(), " {")) &&
        !absl::StrContains(text, absl::StrCat("\n", field->name(), " {"))) {
      absent->insert(field->full_name());
    }
    if (field->message_type() != nullptr && field->message_type()->file() == descriptor->file()) {
      CollectAbsentFields(field->message_type(), text, absent);
    }
  }
}

}  // namespace fleetca::testing

#endif  // FLEETCA_BASE_CONFIG_TESTING_ABSENT_FIELDS_H_

// What may stand in a field of an enumeration, for who wrote something else.
#ifndef FLEETCA_BASE_CONFIG_ENUM_VALUES_H_
#define FLEETCA_BASE_CONFIG_ENUM_VALUES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace fleetca {

// "LOG_FORMAT_TEXT or LOG_FORMAT_JSON": the values of the field, in `root` or anything below it,
// without the one that stands for an absent field. "" where no field of that name is an
// enumeration, and where two are of different ones.
std::string EnumValuesOf(absl::string_view field, const google::protobuf::Descriptor& root);

}  // namespace fleetca

#endif  // FLEETCA_BASE_CONFIG_ENUM_VALUES_H_

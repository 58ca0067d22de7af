// The types of attributes that a subject has in practice.
#ifndef FLEETCA_X509_ATTRIBUTE_TYPE_H_
#define FLEETCA_X509_ATTRIBUTE_TYPE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// One of a closed table, which lives for ever.
struct AttributeType {
  absl::string_view oid;   // contents octets
  absl::string_view name;  // "CN": of RFC 4514 section 3, or what people call it
  uint8_t tag;             // the string type to write it as: RFC 5280 appendix A.1
  size_t max_characters;   // its upper bound there, or 64 where it has none
};

// nullptr for a type that is not in the table. Thread-safe.
const AttributeType* FindAttributeType(absl::string_view oid);
// By name in either case, with "S" for ST, and "E" and "email" for emailAddress, as programs write
// them. Thread-safe.
const AttributeType* FindAttributeTypeByName(absl::string_view name);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_ATTRIBUTE_TYPE_H_

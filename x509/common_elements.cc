#include "x509/common_elements.h"

#include <cstdint>

#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

// Types of strings that only other CAs write.
constexpr uint8_t kNumericString = 0x12;
constexpr uint8_t kTeletexString = 0x14;
constexpr uint8_t kBmpString = 0x1e;

// DirectoryString and its kin (RFC 5280 4.1.2.4), of what is found in the field.
bool IsNameString(uint8_t tag, absl::string_view value) {
  switch (tag) {
    case der::kUtf8String:
      return CountPrintableUtf8(value).has_value();
    case der::kPrintableString:
    case der::kIa5String:
    case kNumericString:
    case kTeletexString:
      return true;
    case kBmpString:
      return value.size() % 2 == 0;
    default:
      return false;
  }
}

}  // namespace

// AlgorithmIdentifier ::= SEQUENCE { algorithm OID, parameters ANY OPTIONAL }
bool ReadAlgorithmIdentifier(der::Reader* reader, absl::string_view* element) {
  if (!reader->ReadElement(der::kSequence, element)) {
    return false;
  }
  der::Reader look(*element);
  der::Reader fields;
  absl::string_view oid;
  uint8_t tag;
  absl::string_view contents;
  absl::string_view parameters;
  return look.ReadNested(der::kSequence, &fields) && fields.ReadOid(&oid) &&
         (fields.empty() || fields.ReadAny(&tag, &contents, &parameters)) && fields.empty();
}

// Name ::= SEQUENCE OF RelativeDistinguishedName
// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type OID, value ANY }
bool ReadName(der::Reader* reader, absl::string_view* element) {
  if (!reader->ReadElement(der::kSequence, element)) {
    return false;
  }
  der::Reader look(*element);
  der::Reader rdns;
  if (!look.ReadNested(der::kSequence, &rdns)) {
    return false;
  }
  while (!rdns.empty()) {
    der::Reader rdn;
    if (!rdns.ReadNested(der::kSet, &rdn) || rdn.empty()) {
      return false;
    }
    while (!rdn.empty()) {
      der::Reader attribute;
      absl::string_view type;
      uint8_t tag;
      absl::string_view value;
      absl::string_view value_element;
      if (!rdn.ReadNested(der::kSequence, &attribute) || !attribute.ReadOid(&type) ||
          !attribute.ReadAny(&tag, &value, &value_element) || !attribute.empty() ||
          !IsNameString(tag, value)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace fleetca::x509

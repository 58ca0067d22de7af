#include "x509/attribute_type.h"

#include "absl/strings/match.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr AttributeType kTypes[] = {
    {oid::kCommonName, "CN", der::kUtf8String, 64},
    {oid::kOrganizationName, "O", der::kUtf8String, 64},
    {oid::kOrganizationalUnitName, "OU", der::kUtf8String, 64},
    {oid::kCountryName, "C", der::kPrintableString, 2},
    {oid::Bytes("\x55\x04\x07"), "L", der::kUtf8String, 128},
    {oid::Bytes("\x55\x04\x08"), "ST", der::kUtf8String, 128},
    {oid::Bytes("\x55\x04\x09"), "STREET", der::kUtf8String, 128},
    {oid::Bytes("\x55\x04\x05"), "serialNumber", der::kPrintableString, 64},
    {oid::Bytes("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC", der::kIa5String, 63},
    {oid::Bytes("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID", der::kUtf8String, 256},
    // Not of RFC 4514, but by this name people know it (PKCS #9).
    {oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress", der::kIa5String, 255},
};

constexpr struct {
  absl::string_view other;
  absl::string_view name;
} kOtherNames[] = {{"S", "ST"}, {"E", "emailAddress"}, {"email", "emailAddress"}};

}  // namespace

const AttributeType* FindAttributeType(absl::string_view oid) {
  for (const AttributeType& type : kTypes) {
    if (type.oid == oid) {
      return &type;
    }
  }
  return nullptr;
}

const AttributeType* FindAttributeTypeByName(absl::string_view name) {
  for (const auto& other : kOtherNames) {
    name = absl::EqualsIgnoreCase(name, other.other) ? other.name : name;
  }
  for (const AttributeType& type : kTypes) {
    if (absl::EqualsIgnoreCase(name, type.name)) {
      return &type;
    }
  }
  return nullptr;
}

}  // namespace fleetca::x509

#include "x509/extension_contents.h"

#include <cstdint>

#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

// KeyUsage ::= BIT STRING { digitalSignature (0) .. decipherOnly (8) }. At least one bit is set,
// and DER has no zero bits at the end of a named bit list (X.690 11.2.2).
bool IsKeyUsage(der::Reader reader) {
  absl::string_view octets;
  int unused_bits;
  if (!reader.ReadBitString(&octets, &unused_bits) || octets.empty() || octets.size() > 2) {
    return false;
  }
  const bool last_bit_set = (static_cast<uint8_t>(octets.back()) >> unused_bits & 1) != 0;
  return last_bit_set && reader.empty();
}

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
bool IsExtendedKeyUsage(der::Reader reader) {
  der::Reader purposes;
  if (!reader.ReadNested(der::kSequence, &purposes) || !reader.empty() || purposes.empty()) {
    return false;
  }
  while (!purposes.empty()) {
    absl::string_view purpose;
    if (!purposes.ReadOid(&purpose)) {
      return false;
    }
  }
  return true;
}

// BasicConstraints ::= SEQUENCE {
//   cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
bool IsBasicConstraints(der::Reader reader) {
  der::Reader constraints;
  if (!reader.ReadNested(der::kSequence, &constraints) || !reader.empty()) {
    return false;
  }
  bool is_ca = true;
  if (constraints.PeekTag() == der::kBoolean && (!constraints.ReadBoolean(&is_ca) || !is_ca)) {
    return false;
  }
  uint64_t path_length;
  return constraints.empty() || (constraints.ReadUint63(&path_length) && constraints.empty());
}

// SubjectKeyIdentifier ::= OCTET STRING
bool IsSubjectKeyIdentifier(der::Reader reader) {
  absl::string_view identifier;
  return reader.Read(der::kOctetString, &identifier) && !identifier.empty() && reader.empty();
}

}  // namespace

bool IsExtensionContents(absl::string_view oid, absl::string_view value) {
  const der::Reader reader(value);
  if (oid == oid::kKeyUsage) {
    return IsKeyUsage(reader);
  }
  if (oid == oid::kExtendedKeyUsage) {
    return IsExtendedKeyUsage(reader);
  }
  if (oid == oid::kBasicConstraints) {
    return IsBasicConstraints(reader);
  }
  if (oid == oid::kSubjectKeyIdentifier) {
    return IsSubjectKeyIdentifier(reader);
  }
  return true;
}

}  // namespace fleetca::x509

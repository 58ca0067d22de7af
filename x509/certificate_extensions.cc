#include "x509/certificate_extensions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate_pointers.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxExtensions = 64;
constexpr uint64_t kMaxPathLength = 255;
// digitalSignature to decipherOnly.
constexpr size_t kKeyUsageBits = 9;
constexpr int kMaxNameDepth = 16;

// BasicConstraints ::= SEQUENCE {
//   cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
absl::Status ParseBasicConstraints(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  der::Reader fields;
  bool valid = element.ReadNested(der::kSequence, &fields) && element.empty();
  if (valid && fields.PeekTag() == der::kBoolean) {
    valid = fields.ReadBoolean(&certificate->is_ca) && certificate->is_ca;
  }
  if (valid && fields.PeekTag() == der::kInteger) {
    uint64_t length = 0;
    valid = certificate->is_ca && fields.ReadUint63(&length) && length <= kMaxPathLength;
    certificate->path_length = static_cast<int>(length);
  }
  if (!valid || !fields.empty()) {
    return CertificateError(
        "a basicConstraints extension that is not DER, or a path length above 255 or without cA");
  }
  return absl::OkStatus();
}

void SetKeyUsage(absl::string_view octets, Certificate* certificate) {
  for (size_t bit = 0; bit < kKeyUsageBits && bit < octets.size() * 8; ++bit) {
    const int set = static_cast<uint8_t>(octets[bit / 8]) >> (7 - bit % 8) & 1;
    certificate->key_usage = static_cast<uint16_t>(certificate->key_usage | set << bit);
  }
}

// KeyUsage ::= BIT STRING, named bits: at least one, no trailing zero bits (X.690 11.2.2).
absl::Status ParseKeyUsage(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  absl::string_view octets;
  int unused_bits = 0;
  if (!element.ReadBitString(&octets, &unused_bits) || !element.empty() || octets.empty() ||
      octets.size() * 8 - static_cast<size_t>(unused_bits) > kKeyUsageBits ||
      (static_cast<uint8_t>(octets.back()) >> unused_bits & 1) == 0) {
    return CertificateError(
        "a keyUsage extension that is empty, has unknown bits or is not DER (trailing zero bits)");
  }
  SetKeyUsage(octets, certificate);
  return absl::OkStatus();
}

// The same with zero bits at the end, as in some roots of the browsers.
absl::Status ParsePaddedKeyUsage(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  absl::string_view octets;
  int unused_bits = 0;
  if (!element.ReadBitString(&octets, &unused_bits) || !element.empty()) {
    return CertificateError("a keyUsage extension that is not a BIT STRING");
  }
  SetKeyUsage(octets, certificate);
  return certificate->key_usage != 0 ? absl::OkStatus()
                                     : CertificateError("a keyUsage extension that is empty");
}

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
absl::Status ParseExtendedKeyUsage(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  der::Reader purposes;
  bool valid =
      element.ReadNested(der::kSequence, &purposes) && element.empty() && !purposes.empty();
  while (valid && !purposes.empty()) {
    absl::string_view purpose;
    valid = purposes.ReadOid(&purpose);
    certificate->extended_key_usage.push_back(purpose);
  }
  if (!valid) {
    return CertificateError("an extKeyUsage extension that is empty or not DER");
  }
  return absl::OkStatus();
}

// SubjectKeyIdentifier ::= OCTET STRING
absl::Status ParseSubjectKeyId(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  if (!element.Read(der::kOctetString, &certificate->subject_key_id) || !element.empty() ||
      certificate->subject_key_id.empty()) {
    return CertificateError("a subjectKeyIdentifier extension that is empty or not DER");
  }
  return absl::OkStatus();
}

absl::Status ParseAuthorityKeyId(absl::string_view value, Certificate* certificate) {
  if (!ReadAuthorityKeyId(value, &certificate->authority_key_id)) {
    return CertificateError("an authorityKeyIdentifier extension that is malformed");
  }
  return absl::OkStatus();
}

// Reads one name. False when it is malformed; *kept says whether it is of a type that fleetca has.
[[nodiscard]] bool ReadGeneralName(der::Reader* names, GeneralName* name, bool* kept) {
  uint8_t tag;
  absl::string_view element;
  if (!names->ReadAny(&tag, &name->value, &element)) {
    return false;
  }
  *kept = true;
  switch (tag) {
    case der::ContextPrimitive(1):
      name->type = NameType::kEmail;
      break;
    case der::ContextPrimitive(2):
      name->type = NameType::kDns;
      break;
    case der::ContextPrimitive(6):
      name->type = NameType::kUri;
      break;
    case der::ContextPrimitive(7):
      name->type = NameType::kIp;
      return name->value.size() == 4 || name->value.size() == 16;
    case der::ContextPrimitive(8): {  // registeredID
      *kept = false;
      const std::string oid = der::Encode(der::kOid, name->value);
      absl::string_view contents;
      return der::Reader(oid).ReadOid(&contents);
    }
    case der::ContextConstructed(0):  // otherName
    case der::ContextConstructed(3):  // x400Address
    case der::ContextConstructed(4):  // directoryName
    case der::ContextConstructed(5):  // ediPartyName
      *kept = false;
      return !name->value.empty() && der::IsWellFormed(name->value, kMaxNameDepth);
    default:
      return false;
  }
  // IA5String that a person can read: no NUL, control character, space or non-ASCII octet.
  return !name->value.empty() && std::all_of(name->value.begin(), name->value.end(),
                                             [](char c) { return c > ' ' && c < 0x7f; });
}

absl::Status ParseNames(absl::string_view value, Certificate* certificate) {
  der::Reader element(value);
  der::Reader names;
  bool valid = element.ReadNested(der::kSequence, &names) && element.empty() && !names.empty();
  while (valid && !names.empty()) {
    GeneralName name;
    bool kept = false;
    valid = ReadGeneralName(&names, &name, &kept);
    if (valid && kept) {
      certificate->names.push_back(name);
    }
  }
  if (!valid) {
    return CertificateError(
        "a subjectAltName extension that is empty, is not DER or has a malformed name");
  }
  return absl::OkStatus();
}

absl::Status ParseKnown(const Extension& extension, Certificate* certificate) {
  static constexpr struct {
    absl::string_view oid;
    absl::Status (*parse)(absl::string_view value, Certificate* certificate);
  } kParsers[] = {
      {oid::kBasicConstraints, ParseBasicConstraints},
      {oid::kKeyUsage, ParseKeyUsage},
      {oid::kExtendedKeyUsage, ParseExtendedKeyUsage},
      {oid::kSubjectKeyIdentifier, ParseSubjectKeyId},
      {oid::kAuthorityKeyIdentifier, ParseAuthorityKeyId},
      {oid::kSubjectAltName, ParseNames},
      {oid::kCrlDistributionPoints, ParseCrlDistributionPoints},
      {oid::kAuthorityInfoAccess, ParseAuthorityInfoAccess},
      {oid::kNoRevAvail, ParseNoRevAvail},
  };
  for (const auto& known : kParsers) {
    if (known.oid == extension.oid) {
      return known.parse(extension.value, certificate);
    }
  }
  return absl::OkStatus();
}

absl::Status ParseKnownOfAnchor(const Extension& extension, Certificate* certificate) {
  const Certificate before = *certificate;
  const absl::Status status = extension.oid == oid::kKeyUsage
                                  ? ParsePaddedKeyUsage(extension.value, certificate)
                                  : ParseKnown(extension, certificate);
  if (!status.ok()) {
    *certificate = before;  // it may be read in part
  }
  // What a critical one restricts has to be known, whoever is trusted.
  return extension.critical ? status : absl::OkStatus();
}

}  // namespace

absl::Status CertificateError(absl::string_view problem) {
  return InvalidArgument(Reason::kFileInvalid, "certificate",
                         absl::StrCat("The certificate has ", problem,
                                      "; it breaks RFC 5280, so ask its issuer for another"));
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL,
//   authorityCertIssuer [1] GeneralNames OPTIONAL, authorityCertSerialNumber [2] INTEGER OPTIONAL }
//   -- the last two both or neither
bool ReadAuthorityKeyId(absl::string_view value, absl::string_view* key_id) {
  der::Reader element(value);
  der::Reader fields;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty()) {
    return false;
  }
  if (fields.PeekTag() == der::ContextPrimitive(0) &&
      (!fields.Read(der::ContextPrimitive(0), key_id) || key_id->empty())) {
    return false;
  }
  if (fields.empty()) {
    return true;
  }
  absl::string_view issuer;
  absl::string_view serial;
  return fields.Read(der::ContextConstructed(1), &issuer) && !issuer.empty() &&
         der::IsWellFormed(issuer, kMaxNameDepth) &&
         fields.Read(der::ContextPrimitive(2), &serial) && !serial.empty() && fields.empty();
}

// Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
bool ReadExtension(der::Reader* extensions, Extension* extension) {
  der::Reader fields;
  return extensions->ReadNested(der::kSequence, &fields) && fields.ReadOid(&extension->oid) &&
         (fields.PeekTag() != der::kBoolean ||
          (fields.ReadBoolean(&extension->critical) && extension->critical)) &&
         fields.Read(der::kOctetString, &extension->value) && fields.empty();
}

absl::Status ParseExtensions(CertificateRole role, der::Reader extensions,
                             Certificate* certificate) {
  if (extensions.empty()) {
    return CertificateError("an empty list of extensions");
  }
  while (!extensions.empty()) {
    Extension extension;
    if (!ReadExtension(&extensions, &extension)) {
      return CertificateError("an extension that is not DER");
    }
    if (certificate->Find(extension.oid) != nullptr) {
      return CertificateError(
          absl::StrCat("the extension ", der::OidToString(extension.oid), " more than once"));
    }
    if (certificate->extensions.size() == kMaxExtensions) {
      return CertificateError(absl::StrCat("more than ", kMaxExtensions, " extensions"));
    }
    certificate->extensions.push_back(extension);
    FLEETCA_RETURN_IF_ERROR(role == CertificateRole::kTrustAnchor
                                ? ParseKnownOfAnchor(extension, certificate)
                                : ParseKnown(extension, certificate));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509

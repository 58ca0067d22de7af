#include "client/verdict/lint/raw_certificate.h"

#include "base/errors.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;

bool ReadElementAny(der::Reader* reader, Element* element) {
  return reader->ReadAny(&element->tag, &element->contents, &element->whole);
}

RawName ReadName(absl::string_view whole) {
  RawName name{.whole = whole};
  der::Reader outer(whole), rdns;
  if (!outer.ReadNested(der::kSequence, &rdns)) {
    return name;
  }
  while (!rdns.empty()) {
    der::Reader set, pair;
    if (!rdns.ReadNested(der::kSet, &set) || set.empty()) {
      return name;
    }
    while (!set.empty()) {
      RawAttribute attribute;
      if (!set.ReadNested(der::kSequence, &pair) || !pair.ReadOid(&attribute.type) ||
          !ReadElementAny(&pair, &attribute.value) || !pair.empty()) {
        return name;
      }
      name.attributes.push_back(attribute);
    }
  }
  name.well_formed = true;
  return name;
}

bool ReadOne(der::Reader* list, RawExtension* extension) {
  der::Reader parts;
  if (!list->ReadNested(der::kSequence, &parts) || !parts.ReadOid(&extension->oid)) {
    return false;
  }
  if (parts.PeekTag() == der::kBoolean) {
    if (!parts.ReadBoolean(&extension->critical)) {
      return false;
    }
    extension->default_written = !extension->critical;
  }
  return parts.Read(der::kOctetString, &extension->value) && parts.empty();
}

void ReadExtensions(der::Reader wrapped, RawCertificate* certificate) {
  certificate->has_extensions = true;
  der::Reader list;
  certificate->extensions_well_formed =
      wrapped.ReadNested(der::kSequence, &list) && wrapped.empty() && !list.empty();
  while (certificate->extensions_well_formed && !list.empty()) {
    RawExtension extension;
    certificate->extensions_well_formed = ReadOne(&list, &extension);
    if (certificate->extensions_well_formed) {
      certificate->extensions.push_back(extension);
    }
  }
}

void ReadBasicConstraints(RawCertificate* certificate) {
  const RawExtension* const extension = certificate->Find(x509::oid::kBasicConstraints);
  if (extension == nullptr) {
    return;
  }
  der::Reader outer(extension->value);
  der::Reader parts;
  if (outer.ReadNested(der::kSequence, &parts)) {
    if (parts.PeekTag() == der::kBoolean && !parts.ReadBoolean(&certificate->is_ca)) {
      return;
    }
    certificate->has_path_length = parts.PeekTag() == der::kInteger;
  }
}

// Version, and whether it is written.
bool ReadVersion(der::Reader* tbs, RawCertificate* certificate) {
  der::Reader version;
  if (!tbs->ReadOptional(der::ContextConstructed(0), &version, &certificate->version_written)) {
    return false;
  }
  absl::string_view octets;
  if (certificate->version_written) {
    if (!version.ReadInteger(&octets)) {
      return false;
    }
    certificate->version = octets.size() == 1 && static_cast<unsigned char>(octets[0]) <= 2
                               ? static_cast<int>(octets[0])
                               : -1;
  }
  return true;
}

bool ReadTbs(der::Reader tbs, RawCertificate* certificate) {
  der::Reader validity;
  absl::string_view issuer, subject;
  if (!ReadVersion(&tbs, certificate) || !tbs.Read(der::kInteger, &certificate->serial) ||
      !tbs.ReadElement(der::kSequence, &certificate->inner_algorithm) ||
      !tbs.ReadElement(der::kSequence, &issuer) || !tbs.ReadNested(der::kSequence, &validity) ||
      !ReadElementAny(&validity, &certificate->not_before) ||
      !ReadElementAny(&validity, &certificate->not_after) ||
      !tbs.ReadElement(der::kSequence, &subject) ||
      !tbs.ReadElement(der::kSequence, &certificate->spki)) {
    return false;
  }
  certificate->issuer = ReadName(issuer);
  certificate->subject = ReadName(subject);
  while (!tbs.empty()) {
    Element element;
    if (!ReadElementAny(&tbs, &element)) {
      return false;
    }
    if (element.tag == der::ContextConstructed(3)) {
      ReadExtensions(der::Reader(element.contents), certificate);
    } else {
      certificate->unique_ids = true;
    }
  }
  return true;
}

}  // namespace

const RawExtension* RawCertificate::Find(absl::string_view oid) const {
  for (const RawExtension& extension : extensions) {
    if (extension.oid == oid) {
      return &extension;
    }
  }
  return nullptr;
}

absl::StatusOr<RawCertificate> ReadRawCertificate(absl::string_view octets) {
  RawCertificate certificate{.der = octets};
  der::Reader outer(octets), parts, tbs;
  absl::string_view signature;
  const bool framed = outer.ReadNested(der::kSequence, &parts) && outer.empty() &&
                      parts.ReadElement(der::kSequence, &certificate.tbs) &&
                      parts.ReadElement(der::kSequence, &certificate.outer_algorithm) &&
                      parts.Read(der::kBitString, &signature) && parts.empty() &&
                      der::Reader(certificate.tbs).ReadNested(der::kSequence, &tbs) &&
                      ReadTbs(tbs, &certificate);
  if (!framed) {
    return InvalidArgument(Reason::kFileInvalid, "",
                           "The octets do not have the parts of a certificate in DER (RFC 5280 "
                           "section 4.1)");
  }
  ReadBasicConstraints(&certificate);
  return certificate;
}

}  // namespace fleetca::client::lint

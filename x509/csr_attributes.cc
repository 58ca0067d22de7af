#include "x509/csr_attributes.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/oid.h"
#include "x509/extension_contents.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kAttributesField = "csr.attributes";
constexpr absl::string_view kExtensionsField = "csr.extensions";

absl::Status BadAttributes(absl::string_view message) {
  return InvalidArgument(Reason::kCsrAttributes, kAttributesField, message);
}

absl::Status MalformedExtensions(absl::string_view message) {
  return InvalidArgument(Reason::kCsrMalformed, kExtensionsField, message);
}

// The contents of an arc end with a whole number, so a prefix is an ancestor.
bool IsUnder(absl::string_view oid, absl::string_view arc) {
  return !arc.empty() && absl::StartsWith(oid, arc);
}

absl::Status RefusedArc(absl::string_view oid, absl::string_view field) {
  return InvalidArgument(Reason::kCsrExtensionRefused, field,
                         absl::StrCat(der::OidToString(oid),
                                      " is the fleet's own and is granted by policy; a CSR "
                                      "must not ask for it"));
}

// One Extension; `*value` is what its OCTET STRING holds.
[[nodiscard]] bool ReadExtension(der::Reader* extensions, absl::string_view* oid,
                                 absl::string_view* value) {
  der::Reader extension;
  if (!extensions->ReadNested(der::kSequence, &extension) || !extension.ReadOid(oid)) {
    return false;
  }
  bool critical = true;
  if (extension.PeekTag() == der::kBoolean && !extension.ReadBoolean(&critical)) {
    return false;
  }
  // FALSE is the DEFAULT, and DER leaves defaults out (X.690 11.5).
  return critical && extension.Read(der::kOctetString, value) && extension.empty();
}

absl::Status CheckExtensionOid(absl::string_view oid, const CsrLimits& limits, const Csr& csr,
                               bool subject_alt_name_seen) {
  const bool repeated =
      oid == oid::kSubjectAltName
          ? subject_alt_name_seen
          : std::find(csr.ignored_extensions.begin(), csr.ignored_extensions.end(), oid) !=
                csr.ignored_extensions.end();
  if (repeated) {
    return InvalidArgument(
        Reason::kCsrExtensionDuplicate, kExtensionsField,
        absl::StrCat("the extension ", der::OidToString(oid), " is there twice; ask for it once"));
  }
  if (IsUnder(oid, limits.fleet_arc)) {
    return RefusedArc(oid, kExtensionsField);
  }
  return absl::OkStatus();
}

absl::Status ParseExtensions(absl::string_view der, const CsrLimits& limits, Csr* csr,
                             absl::string_view* subject_alt_name) {
  der::Reader outer(der);
  der::Reader extensions;
  if (!outer.ReadNested(der::kSequence, &extensions) || !outer.empty() || extensions.empty()) {
    return MalformedExtensions("the extension request is not a SEQUENCE of at least one Extension");
  }
  bool subject_alt_name_seen = false;
  for (size_t count = 1; !extensions.empty(); ++count) {
    if (count > limits.max_extensions) {
      return InvalidArgument(Reason::kCsrTooLarge, kExtensionsField,
                             absl::StrCat("more than ", limits.max_extensions,
                                          " extensions are asked for; ask for fewer"));
    }
    absl::string_view oid;
    absl::string_view value;
    if (!ReadExtension(&extensions, &oid, &value)) {
      return MalformedExtensions("a requested extension is not a DER Extension");
    }
    FLEETCA_RETURN_IF_ERROR(CheckExtensionOid(oid, limits, *csr, subject_alt_name_seen));
    if (oid == oid::kSubjectAltName) {
      subject_alt_name_seen = true;
      *subject_alt_name = value;
      continue;
    }
    if (!IsExtensionContents(oid, value)) {
      return MalformedExtensions(absl::StrCat("the contents of the requested extension ",
                                              der::OidToString(oid), " are not what its RFC says"));
    }
    csr->ignored_extensions.push_back(oid);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseCsrAttributes(der::Reader attributes, const CsrLimits& limits, Csr* csr,
                                absl::string_view* subject_alt_name) {
  bool request_seen = false;
  while (!attributes.empty()) {
    der::Reader attribute;
    der::Reader values;
    absl::string_view type;
    absl::string_view value;
    absl::string_view contents;
    uint8_t tag;
    if (!attributes.ReadNested(der::kSequence, &attribute) || !attribute.ReadOid(&type) ||
        !attribute.ReadNested(der::kSet, &values) || !attribute.empty()) {
      return InvalidArgument(Reason::kCsrMalformed, kAttributesField,
                             "an attribute is not a type and a SET of values");
    }
    if (IsUnder(type, limits.fleet_arc)) {
      return RefusedArc(type, kAttributesField);
    }
    if (type == oid::kMicrosoftExtensionRequest) {
      return BadAttributes(
          "extensions are asked for with Microsoft's attribute 1.3.6.1.4.1.311.2.1.14; use "
          "extensionRequest, 1.2.840.113549.1.9.14");
    }
    if (!values.ReadAny(&tag, &contents, &value)) {
      return BadAttributes("an attribute has no value");
    }
    if (type != oid::kExtensionRequest) {
      continue;
    }
    if (request_seen || !values.empty()) {
      return BadAttributes("there are two extension requests; put all extensions into one");
    }
    request_seen = true;
    FLEETCA_RETURN_IF_ERROR(ParseExtensions(value, limits, csr, subject_alt_name));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509

#include "x509/name.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kInvalid = "(invalid name)";

constexpr absl::string_view kOrganizationalUnitName = oid::Bytes("\x55\x04\x0b");
constexpr absl::string_view kCountryName = oid::Bytes("\x55\x04\x06");

// RFC 4514 section 3.
constexpr struct {
  absl::string_view oid;
  absl::string_view name;
} kAttributeNames[] = {
    {oid::kCommonName, "CN"},
    {oid::kOrganizationName, "O"},
    {kOrganizationalUnitName, "OU"},
    {kCountryName, "C"},
    {oid::Bytes("\x55\x04\x07"), "L"},
    {oid::Bytes("\x55\x04\x08"), "ST"},
    {oid::Bytes("\x55\x04\x09"), "STREET"},
    {oid::Bytes("\x55\x04\x05"), "serialNumber"},
    {oid::Bytes("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC"},
    {oid::Bytes("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID"},
};

// AttributeTypeAndValue inside its own RDN.
std::string SingleValuedRdn(absl::string_view type, absl::string_view value,
                            uint8_t tag = der::kUtf8String) {
  std::string attribute;
  der::Writer writer(&attribute);
  writer.Oid(type);
  writer.Element(tag, value);
  return der::Encode(der::kSet, der::Encode(der::kSequence, attribute));
}

std::string AttributeName(absl::string_view type) {
  for (const auto& known : kAttributeNames) {
    if (known.oid == type) {
      return std::string(known.name);
    }
  }
  return der::OidToString(type);
}

// RFC 4514 section 2.4: what would be read as syntax, and what cannot be printed, is escaped.
void AppendEscaped(absl::string_view value, std::string* out) {
  const bool printable = CountPrintableUtf8(value).has_value();
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto octet = static_cast<unsigned char>(c);
    const bool space_at_edge = c == ' ' && (i == 0 || i + 1 == value.size());
    const bool sharp_at_start = c == '#' && i == 0;
    if (octet < 0x20 || octet == 0x7f || (!printable && octet >= 0x80)) {
      absl::StrAppend(out, "\\", absl::BytesToHexString(absl::string_view(&c, 1)));
      continue;
    }
    if (space_at_edge || sharp_at_start ||
        absl::string_view("\"+,;<>\\=").find(c) != absl::string_view::npos) {
      out->push_back('\\');
    }
    out->push_back(c);
  }
}

// One AttributeTypeAndValue as "CN=Root".
[[nodiscard]] bool AppendAttribute(der::Reader* rdn, std::string* out) {
  der::Reader attribute;
  absl::string_view type, value, element;
  uint8_t tag;
  if (!rdn->ReadNested(der::kSequence, &attribute) || !attribute.ReadOid(&type) ||
      !attribute.ReadAny(&tag, &value, &element) || !attribute.empty()) {
    return false;
  }
  absl::StrAppend(out, AttributeName(type), "=");
  if (tag == der::kUtf8String || tag == der::kPrintableString || tag == der::kIa5String) {
    AppendEscaped(value, out);
  } else {
    absl::StrAppend(out, "#", absl::BytesToHexString(element));
  }
  return true;
}

}  // namespace

std::string BuildName(absl::string_view organization, absl::string_view common_name) {
  std::string rdns;
  if (!organization.empty()) {
    rdns += SingleValuedRdn(oid::kOrganizationName, organization);
  }
  if (!common_name.empty()) {
    rdns += SingleValuedRdn(oid::kCommonName, common_name);
  }
  return der::Encode(der::kSequence, rdns);
}

std::string BuildName(const Subject& subject) {
  std::string rdns;
  if (!subject.country.empty()) {
    rdns += SingleValuedRdn(kCountryName, subject.country, der::kPrintableString);
  }
  for (const std::string& organization : subject.organizations) {
    rdns += SingleValuedRdn(oid::kOrganizationName, organization);
  }
  for (const std::string& unit : subject.organizational_units) {
    rdns += SingleValuedRdn(kOrganizationalUnitName, unit);
  }
  if (!subject.common_name.empty()) {
    rdns += SingleValuedRdn(oid::kCommonName, subject.common_name);
  }
  return der::Encode(der::kSequence, rdns);
}

std::string NameToText(absl::string_view name) {
  der::Reader outer(name);
  der::Reader rdns;
  if (!outer.ReadNested(der::kSequence, &rdns) || !outer.empty()) {
    return std::string(kInvalid);
  }
  std::string text;
  while (!rdns.empty()) {
    der::Reader rdn;
    if (!rdns.ReadNested(der::kSet, &rdn) || rdn.empty()) {
      return std::string(kInvalid);
    }
    absl::StrAppend(&text, text.empty() ? "" : ", ");
    for (bool first = true; !rdn.empty(); first = false) {
      absl::StrAppend(&text, first ? "" : "+");
      if (!AppendAttribute(&rdn, &text)) {
        return std::string(kInvalid);
      }
    }
  }
  return text;
}

std::string OrganizationOf(absl::string_view name) {
  der::Reader outer(name);
  der::Reader rdns;
  if (!outer.ReadNested(der::kSequence, &rdns) || !outer.empty()) {
    return "";
  }
  std::string organization;
  while (!rdns.empty()) {
    der::Reader rdn;
    if (!rdns.ReadNested(der::kSet, &rdn)) {
      return "";
    }
    while (!rdn.empty()) {
      der::Reader attribute;
      absl::string_view type, value, element;
      uint8_t tag;
      if (!rdn.ReadNested(der::kSequence, &attribute) || !attribute.ReadOid(&type) ||
          !attribute.ReadAny(&tag, &value, &element) || !attribute.empty()) {
        return "";
      }
      if (type != oid::kOrganizationName) {
        continue;
      }
      const bool text =
          tag == der::kUtf8String || tag == der::kPrintableString || tag == der::kIa5String;
      if (!organization.empty() || !text || !CountPrintableUtf8(value).has_value()) {
        return "";
      }
      organization = std::string(value);
    }
  }
  return organization;
}

}  // namespace fleetca::x509

#include "x509/name.h"

#include <cstdint>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "x509/attribute_type.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kInvalid = "(invalid name)";

// String types of X.680 that nobody should write any more, and that old tools still do.
constexpr uint8_t kNumericString = 0x12;
constexpr uint8_t kTeletexString = 0x14;
constexpr uint8_t kVisibleString = 0x1a;
constexpr uint8_t kUniversalString = 0x1c;
constexpr uint8_t kBmpString = 0x1e;

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
  const AttributeType* const known = FindAttributeType(type);
  return known == nullptr ? der::OidToString(type) : std::string(known->name);
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

void AppendUtf8(uint32_t c, std::string* out) {
  const auto more = [out](uint32_t bits) {
    out->push_back(static_cast<char>(0x80 | (bits & 0x3f)));
  };
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xc0 | (c >> 6)));
    more(c);
  } else if (c < 0x10000) {
    out->push_back(static_cast<char>(0xe0 | (c >> 12)));
    more(c >> 6);
    more(c);
  } else {
    out->push_back(static_cast<char>(0xf0 | (c >> 18)));
    more(c >> 12);
    more(c >> 6);
    more(c);
  }
}

// Characters of `width` octets each, the highest first. nullopt where one is cut off or is none.
std::optional<std::string> Utf8OfWide(absl::string_view value, size_t width) {
  if (value.size() % width != 0) {
    return std::nullopt;
  }
  std::string text;
  for (; !value.empty(); value.remove_prefix(width)) {
    uint32_t c = 0;
    for (const char octet : value.substr(0, width)) {
      c = c << 8 | static_cast<unsigned char>(octet);
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
      return std::nullopt;
    }
    AppendUtf8(c, &text);
  }
  return text;
}

// The text of a value; nullopt for what is no string.
std::optional<std::string> TextOfValue(uint8_t tag, absl::string_view value) {
  switch (tag) {
    case der::kUtf8String:
    case der::kPrintableString:
    case der::kIa5String:
    case kNumericString:
    case kVisibleString:
      return std::string(value);
    case kTeletexString:  // T.61 by name, Latin-1 by what is written
      return Utf8OfWide(value, 1);
    case kBmpString:
      return Utf8OfWide(value, 2);
    case kUniversalString:
      return Utf8OfWide(value, 4);
    default:
      return std::nullopt;
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
  if (const std::optional<std::string> text = TextOfValue(tag, value); text.has_value()) {
    AppendEscaped(*text, out);
  } else {
    absl::StrAppend(out, "#", absl::BytesToHexString(element));
  }
  return true;
}

// The only attribute of `wanted`, OID contents, as it stands; "" as OrganizationOf has it.
std::string OnlyValueOf(absl::string_view name, absl::string_view wanted) {
  der::Reader outer(name);
  der::Reader rdns;
  if (!outer.ReadNested(der::kSequence, &rdns) || !outer.empty()) {
    return "";
  }
  std::string found;
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
      if (type != wanted) {
        continue;
      }
      const bool text =
          tag == der::kUtf8String || tag == der::kPrintableString || tag == der::kIa5String;
      if (!found.empty() || !text || !CountPrintableUtf8(value).has_value()) {
        return "";
      }
      found = std::string(value);
    }
  }
  return found;
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
    rdns += SingleValuedRdn(oid::kCountryName, subject.country, der::kPrintableString);
  }
  for (const std::string& organization : subject.organizations) {
    rdns += SingleValuedRdn(oid::kOrganizationName, organization);
  }
  for (const std::string& unit : subject.organizational_units) {
    rdns += SingleValuedRdn(oid::kOrganizationalUnitName, unit);
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
  return OnlyValueOf(name, oid::kOrganizationName);
}

std::string CommonNameOf(absl::string_view name) { return OnlyValueOf(name, oid::kCommonName); }

}  // namespace fleetca::x509

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/utf8.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

constexpr uint8_t kTeletexString = 0x14;
constexpr uint8_t kUniversalString = 0x1c;
constexpr uint8_t kBmpString = 0x1e;

// Upper bounds of RFC 5280 appendix A.1, in characters.
struct Bound {
  absl::string_view type;
  const char* name;
  size_t most;
};
constexpr Bound kBounds[] = {
    {oid::kCommonName, "commonName", 64},
    {oid::kOrganizationName, "organizationName", 64},
    {oid::kOrganizationalUnitName, "organizationalUnitName", 64},
    {oid::kCountryName, "countryName", 2},
    {oid::Bytes("\x55\x04\x05"), "serialNumber", 64},
    {oid::Bytes("\x55\x04\x07"), "localityName", 128},
    {oid::Bytes("\x55\x04\x08"), "stateOrProvinceName", 128},
    {oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress", 255},
};

bool IsPrintableCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view(" '()+,-./:=?").find(c) != absl::string_view::npos;
}

size_t Characters(absl::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void LintString(const char* whose, const RawAttribute& attribute, Findings* findings) {
  const std::string type = der::OidToString(attribute.type);
  const Element& value = attribute.value;
  if (value.contents.empty()) {
    return findings->Add(Rule::kNameForm,
                         absl::StrCat("The attribute ", type, " of the ", whose, " is empty."));
  }
  switch (value.tag) {
    case der::kPrintableString:
      if (!std::all_of(value.contents.begin(), value.contents.end(), IsPrintableCharacter)) {
        findings->Add(
            Rule::kNameString,
            absl::StrCat("The attribute ", type, " of the ", whose, ", ", Quoted(value.contents),
                         ", has a character that no PrintableString may have."));
      }
      break;
    case der::kUtf8String:
      if (!x509::CountPrintableUtf8(value.contents).has_value()) {
        findings->Add(Rule::kNameString,
                      absl::StrCat("The attribute ", type, " of the ", whose,
                                   " is not UTF-8 of characters that can be shown."));
      }
      break;
    case der::kIa5String:
      break;  // domainComponent and emailAddress are of this type
    case kTeletexString:
    case kBmpString:
    case kUniversalString:
      findings->Add(Rule::kNameOldString,
                    absl::StrCat("The attribute ", type, " of the ", whose,
                                 " is of a string type that is kept for old names alone."));
      break;
    default:
      break;  // attributes of other types, such as a BIT STRING, which are rare and allowed
  }
}

void LintBounds(const char* whose, const RawAttribute& attribute, Findings* findings) {
  const absl::string_view text = attribute.value.contents;
  for (const Bound& bound : kBounds) {
    const size_t size = attribute.value.tag == der::kUtf8String ? Characters(text) : text.size();
    if (attribute.type == bound.type && bound.type != oid::kCountryName && size > bound.most) {
      findings->Add(Rule::kNameLength,
                    absl::StrCat("The ", bound.name, " of the ", whose, " has ", size,
                                 " characters, of which ", bound.most, " are allowed."));
    }
  }
  if (attribute.type == oid::kCountryName &&
      (attribute.value.tag != der::kPrintableString || text.size() != 2 ||
       !std::all_of(text.begin(), text.end(),
                    [](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }))) {
    findings->Add(Rule::kCountry,
                  absl::StrCat("The countryName of the ", whose, " is ", Quoted(text),
                               ", which is not two letters in a "
                               "PrintableString (ISO 3166)."));
  }
}

void LintName(const char* whose, const RawName& name, Findings* findings) {
  if (!name.well_formed) {
    findings->Add(Rule::kNameForm, absl::StrCat("The ", whose, " is not an RDNSequence."));
  }
  int common_names = 0;
  for (const RawAttribute& attribute : name.attributes) {
    common_names += attribute.type == oid::kCommonName ? 1 : 0;
    LintString(whose, attribute, findings);
    LintBounds(whose, attribute, findings);
  }
  if (common_names > 1) {
    findings->Add(Rule::kNameRepeated,
                  absl::StrCat("The ", whose, " has ", common_names, " common names."));
  }
}

// A name that a browser would look for: labels with a dot between them, no blanks.
bool LooksLikeHost(absl::string_view text) {
  return text.find('.') != absl::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '*';
         });
}

void LintCommonName(const RawCertificate& certificate, Findings* findings) {
  if (certificate.is_ca) {
    return;
  }
  const std::vector<Element> names = ReadAltNames(certificate);
  for (const RawAttribute& attribute : certificate.subject.attributes) {
    const absl::string_view text = attribute.value.contents;
    if (attribute.type != oid::kCommonName || !LooksLikeHost(text)) {
      continue;
    }
    const bool there = std::any_of(names.begin(), names.end(), [text](const Element& name) {
      return name.tag == der::ContextPrimitive(2) &&
             absl::AsciiStrToLower(name.contents) == absl::AsciiStrToLower(text);
    });
    if (!there) {
      findings->Add(Rule::kCommonNameNotInSan,
                    absl::StrCat("The common name ", Quoted(text),
                                 " is not among the DNS names, and no program looks for hosts in "
                                 "common names any more."));
    }
  }
}

}  // namespace

void LintNames(const RawCertificate& certificate, Findings* findings) {
  if (certificate.issuer.well_formed && certificate.issuer.attributes.empty()) {
    findings->Add(Rule::kIssuerEmpty, "The issuer is empty.");
  }
  if (certificate.is_ca && certificate.subject.well_formed &&
      certificate.subject.attributes.empty()) {
    findings->Add(Rule::kSubjectEmptyCa,
                  "The certificate of a CA has an empty subject, by which nobody finds it.");
  }
  LintName("issuer", certificate.issuer, findings);
  if (!certificate.self_issued()) {
    LintName("subject", certificate.subject, findings);
  }
  LintCommonName(certificate, findings);
}

}  // namespace fleetca::client::lint

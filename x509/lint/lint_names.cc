// The lint of the subject and of the names in subjectAltName. Shares nothing with name.h and san.h,
// which made them.
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/utf8.h"
#include "x509/lint/lint_parts.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxAttributeCharacters = 64;  // ub-common-name and its kin, RFC 5280 appendix A.1
constexpr size_t kMaxNames = 1000;
constexpr size_t kMaxDnsName = 253;
constexpr size_t kMaxDnsLabel = 63;
constexpr size_t kMaxSpiffeId = 2048;
constexpr size_t kMaxTrustDomain = 255;
constexpr size_t kMaxEmail = 254;
constexpr size_t kMaxEmailLocalPart = 64;

constexpr uint8_t kEmailTag = der::ContextPrimitive(1);
constexpr uint8_t kDnsTag = der::ContextPrimitive(2);
constexpr uint8_t kUriTag = der::ContextPrimitive(6);
constexpr uint8_t kIpTag = der::ContextPrimitive(7);

bool IsLowerAlphanumeric(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

// The text between one "." and the next; moves `rest` past them.
absl::string_view NextPart(char separator, absl::string_view* rest) {
  const size_t end = rest->find(separator);
  const absl::string_view part = rest->substr(0, end);
  rest->remove_prefix(end == absl::string_view::npos ? rest->size() : end + 1);
  return part;
}

bool IsDnsName(absl::string_view name, bool underscores = false) {
  if (name.empty() || name.size() > kMaxDnsName || name.back() == '.') {
    return false;
  }
  const bool wildcard = absl::ConsumePrefix(&name, "*.");
  int labels = 0;
  bool digits_only = true;
  while (!name.empty()) {
    const absl::string_view label = NextPart('.', &name);
    if (label.empty() || label.size() > kMaxDnsLabel || label.front() == '-' ||
        label.back() == '-') {
      return false;
    }
    digits_only = true;
    for (const char c : label) {
      if (!IsLowerAlphanumeric(c) && c != '-' && !(underscores && c == '_')) {
        return false;
      }
      digits_only = digits_only && absl::ascii_isdigit(c);
    }
    ++labels;
  }
  return labels >= (wildcard ? 2 : 1) && !digits_only;
}

bool IsSpiffeId(absl::string_view id) {
  if (id.size() > kMaxSpiffeId || !absl::ConsumePrefix(&id, "spiffe://") || id.empty() ||
      id.back() == '/') {
    return false;
  }
  const absl::string_view trust_domain = NextPart('/', &id);
  if (trust_domain.empty() || trust_domain.size() > kMaxTrustDomain || trust_domain == "." ||
      trust_domain == "..") {
    return false;
  }
  for (const char c : trust_domain) {
    if (!IsLowerAlphanumeric(c) && c != '.' && c != '-' && c != '_') {
      return false;
    }
  }
  while (!id.empty()) {
    const absl::string_view segment = NextPart('/', &id);
    if (segment.empty() || segment == "." || segment == "..") {
      return false;
    }
    for (const char c : segment) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' && c != '_') {
        return false;
      }
    }
  }
  return true;
}

// Dot-atom of RFC 5322 3.2.3 before the "@", a DNS name after it.
bool IsEmailAddress(absl::string_view email) {
  const size_t at = email.find('@');
  if (email.size() > kMaxEmail || at == absl::string_view::npos || at == 0 ||
      at > kMaxEmailLocalPart) {
    return false;
  }
  const absl::string_view local = email.substr(0, at);
  char previous = '.';
  for (const char c : local) {
    if (c == '.'
            ? previous == '.'
            : !absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
                  absl::string_view("!#$%&'*+-/=?^_`{|}~").find(c) == absl::string_view::npos) {
      return false;
    }
    previous = c;
  }
  const absl::string_view domain = email.substr(at + 1);
  return previous != '.' && domain.find('*') == absl::string_view::npos && IsDnsName(domain);
}

bool IsWellFormedName(uint8_t tag, absl::string_view value, bool dns_underscores) {
  switch (tag) {
    case kEmailTag:
      return IsEmailAddress(value);
    case kDnsTag:
      return IsDnsName(value, dns_underscores);
    case kUriTag:
      return IsSpiffeId(value);
    case kIpTag:
      return value.size() == 4 || value.size() == 16;
    default:
      return false;
  }
}

// DirectoryString of RFC 5280 appendix A.1, as fleetca writes it.
absl::Status LintText(absl::string_view value) {
  const std::optional<size_t> characters = CountPrintableUtf8(value);
  if (!characters.has_value()) {
    return LintError("the subject has a control character or bytes that are not text");
  }
  if (*characters == 0 || *characters > kMaxAttributeCharacters) {
    return LintError("the subject has a value that is empty or over 64 characters");
  }
  return absl::OkStatus();
}

// X520countryName ::= PrintableString (SIZE (2))
absl::Status LintCountry(absl::string_view value) {
  if (value.size() != 2 || !absl::ascii_isupper(value[0]) || !absl::ascii_isupper(value[1])) {
    return LintError("the subject has a country that is not two capital letters");
  }
  return absl::OkStatus();
}

// What is read, without a copy.
struct ReadSubject {
  using Texts = absl::InlinedVector<absl::string_view, 4>;
  absl::string_view country;
  Texts organizations;
  Texts organizational_units;
  absl::string_view common_name;

  bool Says(const Subject& expected) const {
    return country == expected.country && common_name == expected.common_name &&
           absl::c_equal(organizations, expected.organizations) &&
           absl::c_equal(organizational_units, expected.organizational_units);
  }
};

absl::Status SetOnce(absl::string_view value, absl::string_view* field) {
  if (!field->empty()) {
    return LintError("the subject has an attribute twice");
  }
  *field = value;
  return absl::OkStatus();
}

absl::Status AddOnce(absl::string_view value, ReadSubject::Texts* field) {
  if (absl::c_linear_search(*field, value)) {
    return LintError("the subject has an attribute twice");
  }
  field->push_back(value);
  return absl::OkStatus();
}

// AttributeTypeAndValue ::= SEQUENCE { type OID, value UTF8String, of countryName PrintableString }
absl::Status LintAttribute(der::Reader attribute, ReadSubject* subject) {
  absl::string_view type;
  if (!attribute.ReadOid(&type)) {
    return LintError("the subject has an attribute without a type");
  }
  const bool is_country = type == oid::kCountryName;
  absl::string_view value;
  if (!attribute.Read(is_country ? der::kPrintableString : der::kUtf8String, &value) ||
      !attribute.empty()) {
    return LintError("the subject has an attribute that is not a type and a string of its kind");
  }
  FLEETCA_RETURN_IF_ERROR(is_country ? LintCountry(value) : LintText(value));
  if (is_country) {
    return SetOnce(value, &subject->country);
  }
  if (type == oid::kCommonName) {
    return SetOnce(value, &subject->common_name);
  }
  if (type == oid::kOrganizationName) {
    return AddOnce(value, &subject->organizations);
  }
  if (type == oid::kOrganizationalUnitName) {
    return AddOnce(value, &subject->organizational_units);
  }
  return LintError("the subject has an attribute other than C, O, OU and CN");
}

}  // namespace

absl::Status LintSubject(der::Reader subject, const Subject* expected) {
  ReadSubject read;
  while (!subject.empty()) {
    der::Reader rdn;
    der::Reader attribute;
    if (!subject.ReadNested(der::kSet, &rdn) || !rdn.ReadNested(der::kSequence, &attribute) ||
        !rdn.empty()) {
      return LintError("the subject is not a sequence of single-valued RDNs");
    }
    FLEETCA_RETURN_IF_ERROR(LintAttribute(attribute, &read));
  }
  if (expected != nullptr && !read.Says(*expected)) {
    return LintError("the subject is not the one that was decided");
  }
  return absl::OkStatus();
}

absl::Status LintSubjectAltName(absl::string_view value, bool dns_underscores) {
  der::Reader element(value);
  der::Reader names;
  if (!element.ReadNested(der::kSequence, &names) || !element.empty()) {
    return LintError("subjectAltName is not one SEQUENCE");
  }
  if (names.empty()) {
    return LintError("subjectAltName is empty");
  }
  const absl::string_view all = names.rest();
  size_t count = 0;
  int uris = 0;
  while (!names.empty()) {
    uint8_t tag;
    absl::string_view name;
    absl::string_view encoding;
    if (!names.ReadAny(&tag, &name, &encoding) || !IsWellFormedName(tag, name, dns_underscores)) {
      return LintError("subjectAltName has a malformed name or one of a forbidden type");
    }
    if (++count > kMaxNames) {
      return LintError("subjectAltName has over 1000 names");
    }
    if (tag == kUriTag && ++uris > 1) {
      return LintError("subjectAltName has more than one URI");
    }
    der::Reader earlier(all);
    while (earlier.rest().data() < encoding.data()) {
      uint8_t earlier_tag;
      absl::string_view earlier_name;
      absl::string_view earlier_encoding;
      if (!earlier.ReadAny(&earlier_tag, &earlier_name, &earlier_encoding)) {
        return LintError("subjectAltName has a malformed name or one of a forbidden type");
      }
      if (earlier_encoding == encoding) {
        return LintError("subjectAltName has a name twice");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509

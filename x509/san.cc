#include "x509/san.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/punycode.h"
#include "x509/spiffe_id.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxDnsName = 253;
constexpr size_t kMaxDnsLabel = 63;
constexpr size_t kMaxEmail = 254;
constexpr size_t kMaxEmailLocalPart = 64;
constexpr size_t kMaxQuoted = 80;

// GeneralName's tags (RFC 5280 4.2.1.6).
constexpr uint8_t kOtherName = der::ContextConstructed(0);
constexpr uint8_t kRfc822Name = der::ContextPrimitive(1);
constexpr uint8_t kDnsName = der::ContextPrimitive(2);
constexpr uint8_t kX400Address = der::ContextConstructed(3);
constexpr uint8_t kDirectoryName = der::ContextConstructed(4);
constexpr uint8_t kEdiPartyName = der::ContextConstructed(5);
constexpr uint8_t kUniformResourceIdentifier = der::ContextPrimitive(6);
constexpr uint8_t kIpAddress = der::ContextPrimitive(7);
constexpr uint8_t kRegisteredId = der::ContextPrimitive(8);

bool IsLowerAlphanumeric(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

absl::Status Invalid(const GeneralName& name, absl::string_view field, absl::string_view problem) {
  const bool cut = name.value.size() > kMaxQuoted;
  return InvalidArgument(Reason::kSanInvalid, field,
                         absl::StrCat(NameTypeName(name.type), " name \"",
                                      absl::CHexEscape(name.value.substr(0, kMaxQuoted)),
                                      cut ? "...\" " : "\" ", problem));
}

// What is wrong with one label; null when nothing is.
[[nodiscard]] const char* DnsLabelProblem(absl::string_view label, Underscores underscores) {
  if (label.empty()) {
    return "has an empty label; write it without a leading, trailing or doubled dot";
  }
  if (label.size() > kMaxDnsLabel) {
    return "has a label over 63 octets; shorten it";
  }
  if (label.front() == '-' || label.back() == '-') {
    return "has a label that begins or ends with \"-\"; remove the hyphen";
  }
  for (const char c : label) {
    if (absl::ascii_isupper(c)) {
      return "has upper-case letters; write it in lower case";
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      return "is not ASCII; write each international label in its \"xn--\" form";
    }
    if (!IsLowerAlphanumeric(c) && c != '-' &&
        !(c == '_' && underscores == Underscores::kAllowed)) {
      return "may only have the characters a-z, 0-9, \"-\" and \".\"";
    }
  }
  return IsPunycodeLabel(label) ? PunycodeProblem(label) : nullptr;
}

[[nodiscard]] const char* DnsProblem(absl::string_view name, bool wildcard_allowed,
                                     Underscores underscores) {
  if (name.empty()) {
    return "is empty; leave it out or give it a value";
  }
  if (name.size() > kMaxDnsName) {
    return "is over 253 octets; shorten it";
  }
  const bool wildcard = wildcard_allowed && absl::ConsumePrefix(&name, "*.");
  size_t labels = 0;
  bool last_is_number = false;
  while (true) {
    const size_t dot = name.find('.');
    const absl::string_view label = name.substr(0, dot);
    if (const char* problem = DnsLabelProblem(label, underscores)) {
      return problem;
    }
    ++labels;
    last_is_number = true;
    for (const char c : label) {
      last_is_number = last_is_number && absl::ascii_isdigit(c);
    }
    if (dot == absl::string_view::npos) {
      break;
    }
    name.remove_prefix(dot + 1);
  }
  if (last_is_number) {
    return "ends with a number; give an IP address as an IP name";
  }
  if (wildcard && labels < 2) {
    return "has \"*\" with fewer than two labels after it; name at least \"*.domain.example\"";
  }
  return nullptr;
}

[[nodiscard]] const char* EmailProblem(absl::string_view email) {
  const size_t at = email.find('@');
  if (email.size() > kMaxEmail || at == absl::string_view::npos || at == 0 ||
      at > kMaxEmailLocalPart) {
    return "is not local@domain with a local part of 1 to 64 octets and at most 254 in all";
  }
  const absl::string_view local = email.substr(0, at);
  for (const char c : local) {
    // RFC 5322 3.2.3: atext and dots.
    if (!absl::ascii_isalnum(c) &&
        absl::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) == absl::string_view::npos) {
      return "has a character before \"@\" that mail addresses do not have";
    }
  }
  if (local.front() == '.' || local.back() == '.' || absl::StrContains(local, "..")) {
    return "has a leading, trailing or doubled dot before \"@\"";
  }
  return DnsProblem(email.substr(at + 1), /*wildcard_allowed=*/false, Underscores::kRefused);
}

[[nodiscard]] const char* NameProblem(const GeneralName& name, Underscores underscores) {
  switch (name.type) {
    case NameType::kDns:
      return DnsProblem(name.value, /*wildcard_allowed=*/true, underscores);
    case NameType::kUri:
      return SpiffeIdProblem(name.value);
    case NameType::kIp:
      return name.value.size() == 4 || name.value.size() == 16
                 ? nullptr
                 : "is not 4 octets (IPv4) or 16 (IPv6) long";
    case NameType::kEmail:
      return EmailProblem(name.value);
  }
  return "is of an unknown type";
}

// The type of a supported GeneralName's tag; false for any other tag.
[[nodiscard]] bool NameTypeOfTag(uint8_t tag, NameType* type) {
  switch (tag) {
    case kDnsName:
      *type = NameType::kDns;
      return true;
    case kUniformResourceIdentifier:
      *type = NameType::kUri;
      return true;
    case kIpAddress:
      *type = NameType::kIp;
      return true;
    case kRfc822Name:
      *type = NameType::kEmail;
      return true;
    default:
      return false;
  }
}

absl::Status UnsupportedTag(uint8_t tag, absl::string_view field) {
  const absl::string_view type = tag == kOtherName       ? "otherName"
                                 : tag == kX400Address   ? "x400Address"
                                 : tag == kDirectoryName ? "directoryName"
                                 : tag == kEdiPartyName  ? "ediPartyName"
                                 : tag == kRegisteredId  ? "registeredID"
                                                         : "";
  if (type.empty()) {
    return InvalidArgument(Reason::kSanInvalid, field,
                           "a name has a tag that GeneralName does not have; it is not DER");
  }
  return InvalidArgument(
      Reason::kSanTypeForbidden, field,
      absl::StrCat("a name of type ", type, "; only URI, DNS, IP and email names are issued"));
}

uint8_t TagOf(NameType type) {
  switch (type) {
    case NameType::kDns:
      return kDnsName;
    case NameType::kUri:
      return kUniformResourceIdentifier;
    case NameType::kIp:
      return kIpAddress;
    case NameType::kEmail:
      return kRfc822Name;
  }
  return kDnsName;
}

std::string IpToString(absl::string_view octets) {
  char text[INET6_ADDRSTRLEN];
  const int family = octets.size() == 4 ? AF_INET : AF_INET6;
  if ((octets.size() != 4 && octets.size() != 16) ||
      inet_ntop(family, octets.data(), text, sizeof(text)) == nullptr) {
    return absl::StrCat("(", absl::BytesToHexString(octets), ")");
  }
  return text;
}

// A copy of GeneralNames with the DNS names and the domains of mail addresses in small letters;
// null where all of them are already. What is malformed is copied as far as it is not.
std::shared_ptr<const std::string> Folded(absl::string_view der) {
  // In most CSRs no octet at all looks like a capital letter.
  if (absl::c_none_of(der, absl::ascii_isupper)) {
    return nullptr;
  }
  auto copy = std::make_shared<std::string>(der);
  der::Reader outer(*copy);
  der::Reader list;
  uint8_t tag;
  absl::string_view value;
  absl::string_view element;
  if (!outer.ReadNested(der::kSequence, &list)) {
    return nullptr;
  }
  while (list.ReadAny(&tag, &value, &element)) {
    const size_t start = tag == kRfc822Name ? value.find('@') : tag == kDnsName ? 0 : value.size();
    if (start < value.size()) {
      char* const begin = copy->data() + (value.data() - copy->data()) + start;
      std::transform(begin, copy->data() + (value.data() - copy->data()) + value.size(), begin,
                     absl::ascii_tolower);
    }
  }
  return *copy == der ? nullptr : copy;
}

}  // namespace

absl::string_view NameTypeName(NameType type) {
  switch (type) {
    case NameType::kDns:
      return "DNS";
    case NameType::kUri:
      return "URI";
    case NameType::kIp:
      return "IP";
    case NameType::kEmail:
      return "email";
  }
  return "unknown";
}

absl::StatusOr<GeneralNames> ParseSubjectAltName(absl::string_view der, size_t max_names,
                                                 absl::string_view field,
                                                 std::shared_ptr<const std::string>* folded) {
  *folded = Folded(der);
  der::Reader outer(*folded == nullptr ? der : absl::string_view(**folded));
  der::Reader list;
  if (!outer.ReadNested(der::kSequence, &list) || !outer.empty()) {
    return InvalidArgument(Reason::kSanInvalid, field,
                           "subjectAltName is not one DER SEQUENCE with nothing after it");
  }
  if (list.empty()) {
    return InvalidArgument(Reason::kSanInvalid, field,
                           "subjectAltName is empty; leave it out or give it a name");
  }
  absl::StatusOr<GeneralNames> names(absl::in_place);
  for (size_t count = 0; !list.empty(); ++count) {
    uint8_t tag;
    absl::string_view value;
    absl::string_view element;
    if (!list.ReadAny(&tag, &value, &element)) {
      return InvalidArgument(Reason::kSanInvalid, field, "a name in subjectAltName is not DER");
    }
    if (count >= max_names) {
      return InvalidArgument(Reason::kSanTooMany, field,
                             absl::StrCat("more than ", max_names, " names; ask for fewer"));
    }
    NameType type;
    if (!NameTypeOfTag(tag, &type)) {
      return UnsupportedTag(tag, field);
    }
    const GeneralName name = {type, value};
    FLEETCA_RETURN_IF_ERROR(CheckName(name, field, Underscores::kAllowed));
    if (!absl::c_linear_search(*names, name)) {
      names->push_back(name);
    }
  }
  return names;
}

std::string BuildSubjectAltName(absl::Span<const GeneralName> names) {
  std::string contents;
  der::Writer writer(&contents);
  for (const GeneralName& name : names) {
    writer.Element(TagOf(name.type), name.value);
  }
  return der::Encode(der::kSequence, contents);
}

absl::Status CheckName(const GeneralName& name, absl::string_view field, Underscores underscores) {
  const char* problem = NameProblem(name, underscores);
  return problem == nullptr ? absl::OkStatus() : Invalid(name, field, problem);
}

absl::Status CheckSpiffeId(absl::string_view id, absl::string_view field) {
  return CheckName({NameType::kUri, id}, field);
}

std::string NameToString(const GeneralName& name) {
  return absl::StrCat(
      NameTypeName(name.type), ":",
      name.type == NameType::kIp ? IpToString(name.value) : absl::CHexEscape(name.value));
}

}  // namespace fleetca::x509

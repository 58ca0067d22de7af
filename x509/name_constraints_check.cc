#include "x509/name_constraints_check.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/san.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxComparisons = 250'000;
constexpr absl::string_view kEmailAddress = oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");

// The base of one subtree.
using Subtree = GeneralName;

struct ParsedConstraints {
  std::vector<Subtree> permitted;
  std::vector<Subtree> excluded;
};

// Labels with dots between them and one character at least in each: the name of a host, in either
// case. An address in digits is none.
bool IsHostName(absl::string_view host) {
  char previous = '.';
  bool digits_only = true;
  for (const char c : host) {
    if ((c == '.' && previous == '.') ||
        (c != '.' && c != '-' && c != '_' && c != '*' && !absl::ascii_isalnum(c))) {
      return false;
    }
    digits_only = digits_only && (c == '.' || absl::ascii_isdigit(c));
    previous = c;
  }
  return previous != '.' && !digits_only;
}

bool IsMask(absl::string_view octets) {
  bool ended = false;
  for (const char octet : octets) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool set = (static_cast<uint8_t>(octet) >> bit & 1) != 0;
      if (set && ended) {
        return false;
      }
      ended = !set;
    }
  }
  return true;
}

bool IsBase(const Subtree& base) {
  absl::string_view text = base.value;
  switch (base.type) {
    case NameType::kDns:
      // Empty holds every name; a leading dot is no form of the RFC, and is read as OpenSSL and Go
      // do: the names below.
    case NameType::kUri:
      absl::ConsumePrefix(&text, ".");
      return IsHostName(text) || (base.type == NameType::kDns && base.value.empty());
    case NameType::kEmail: {
      const size_t at = text.rfind('@');
      if (at != absl::string_view::npos) {
        return at > 0 && IsHostName(text.substr(at + 1));
      }
      absl::ConsumePrefix(&text, ".");
      return IsHostName(text);
    }
    case NameType::kIp:
      return (text.size() == 8 || text.size() == 32) && IsMask(text.substr(text.size() / 2));
  }
  return false;
}

// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL };
// the last two never stand there (RFC 5280).
[[nodiscard]] bool ReadSubtree(der::Reader* list, Subtree* base) {
  der::Reader subtree;
  uint8_t tag;
  absl::string_view element;
  if (!list->ReadNested(der::kSequence, &subtree) ||
      !subtree.ReadAny(&tag, &base->value, &element) || !subtree.empty()) {
    return false;
  }
  switch (tag) {
    case der::ContextPrimitive(1):
      base->type = NameType::kEmail;
      break;
    case der::ContextPrimitive(2):
      base->type = NameType::kDns;
      break;
    case der::ContextPrimitive(6):
      base->type = NameType::kUri;
      break;
    case der::ContextPrimitive(7):
      base->type = NameType::kIp;
      break;
    default:
      return false;
  }
  return IsBase(*base);
}

[[nodiscard]] bool ReadList(der::Reader* fields, int n, std::vector<Subtree>* subtrees) {
  der::Reader list;
  bool present = false;
  if (!fields->ReadOptional(der::ContextConstructed(n), &list, &present)) {
    return false;
  }
  if (present && list.empty()) {
    return false;
  }
  while (present && !list.empty()) {
    if (!ReadSubtree(&list, &subtrees->emplace_back())) {
      return false;
    }
  }
  return true;
}

// NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
//                                excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
[[nodiscard]] bool Parse(absl::string_view contents, ParsedConstraints* constraints) {
  der::Reader element(contents);
  der::Reader fields;
  return element.ReadNested(der::kSequence, &fields) && element.empty() && !fields.empty() &&
         ReadList(&fields, 0, &constraints->permitted) &&
         ReadList(&fields, 1, &constraints->excluded) && fields.empty();
}

// "fleet.example" of "spiffe://fleet.example/svc/web"; empty when there is none that is a name.
absl::string_view HostOfUri(absl::string_view uri) {
  const size_t authority = uri.find("://");
  if (authority == absl::string_view::npos) {
    return "";
  }
  absl::string_view host = uri.substr(authority + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t at = host.rfind('@'); at != absl::string_view::npos) {
    host.remove_prefix(at + 1);
  }
  host = host.substr(0, host.find(':'));  // of a port; an IPv6 address in brackets is no name
  return IsHostName(host) ? host : "";
}

// A name cut into what is compared with subtrees.
struct Comparable {
  NameType type;
  absl::string_view local_part;  // of an e-mail address
  absl::string_view host;        // or the octets of an address
};

[[nodiscard]] bool Cut(const GeneralName& name, Comparable* cut) {
  *cut = {.type = name.type, .local_part = "", .host = name.value};
  switch (name.type) {
    case NameType::kDns:
      return IsHostName(name.value);
    case NameType::kUri:
      cut->host = HostOfUri(name.value);
      return !cut->host.empty();
    case NameType::kEmail: {
      const size_t at = name.value.rfind('@');
      if (at == absl::string_view::npos || at == 0) {
        return false;
      }
      cut->local_part = name.value.substr(0, at);
      cut->host = name.value.substr(at + 1);
      return IsHostName(cut->host);
    }
    case NameType::kIp:
      return name.value.size() == 4 || name.value.size() == 16;
  }
  return false;
}

// ".fleet.example" holds what is below it, "fleet.example" itself, and what is below it where the
// type of name says so.
bool HostIn(absl::string_view host, absl::string_view base, bool with_below) {
  if (absl::StartsWith(base, ".")) {
    return host.size() > base.size() && absl::EndsWithIgnoreCase(host, base);
  }
  if (absl::EqualsIgnoreCase(host, base)) {
    return true;
  }
  return with_below && host.size() > base.size() && absl::EndsWithIgnoreCase(host, base) &&
         host[host.size() - base.size() - 1] == '.';
}

bool AddressIn(absl::string_view address, absl::string_view base) {
  if (base.size() != 2 * address.size()) {
    return false;
  }
  for (size_t i = 0; i < address.size(); ++i) {
    if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) {
      return false;
    }
  }
  return true;
}

bool IsIn(const Comparable& name, const Subtree& subtree) {
  absl::string_view base = subtree.value;
  switch (subtree.type) {
    case NameType::kDns:
      return base.empty() || HostIn(name.host, base, /*with_below=*/true);
    case NameType::kUri:
      return HostIn(name.host, base, /*with_below=*/false);
    case NameType::kEmail:
      if (const size_t at = base.rfind('@'); at != absl::string_view::npos) {
        return name.local_part == base.substr(0, at) &&
               absl::EqualsIgnoreCase(name.host, base.substr(at + 1));
      }
      return HostIn(name.host, base, /*with_below=*/false);
    case NameType::kIp:
      return AddressIn(name.host, base);
  }
  return false;
}

[[nodiscard]] const char* Violation(const ParsedConstraints& constraints, const GeneralName& name) {
  const auto same_type = [&name](const Subtree& subtree) { return subtree.type == name.type; };
  const bool closed =
      std::any_of(constraints.permitted.begin(), constraints.permitted.end(), same_type);
  if (!closed &&
      std::none_of(constraints.excluded.begin(), constraints.excluded.end(), same_type)) {
    return nullptr;
  }
  Comparable cut;
  if (!Cut(name, &cut)) {
    return "it has a name of a constrained type that is not well formed";
  }
  const auto holds = [&cut](const Subtree& subtree) {
    return subtree.type == cut.type && IsIn(cut, subtree);
  };
  if (std::any_of(constraints.excluded.begin(), constraints.excluded.end(), holds)) {
    return "it has a name that the CA may not certify";
  }
  return !closed || std::any_of(constraints.permitted.begin(), constraints.permitted.end(), holds)
             ? nullptr
             : "it has a name outside those that the CA may certify";
}

// The subject's e-mail addresses, where older software keeps them (RFC 5280 section 4.2.1.10). The
// certificate was parsed, so the subject is a Name.
GeneralNames EmailsOfSubject(const Certificate& certificate) {
  GeneralNames emails;
  der::Reader name(certificate.subject);
  der::Reader rdns;
  if (!name.ReadNested(der::kSequence, &rdns)) {
    return emails;
  }
  der::Reader rdn;
  while (rdns.ReadNested(der::kSet, &rdn)) {
    der::Reader attribute;
    while (rdn.ReadNested(der::kSequence, &attribute)) {
      absl::string_view type;
      uint8_t tag;
      absl::string_view value;
      absl::string_view element;
      if (attribute.ReadOid(&type) && attribute.ReadAny(&tag, &value, &element) &&
          type == kEmailAddress) {
        emails.push_back({NameType::kEmail, value});
      }
    }
  }
  return emails;
}

}  // namespace

bool IsNameConstraints(absl::string_view contents) {
  ParsedConstraints constraints;
  return Parse(contents, &constraints);
}

const char* NameConstraintsViolation(absl::string_view contents, const Certificate& below) {
  ParsedConstraints constraints;
  if (!Parse(contents, &constraints)) {
    return "they cannot be read";
  }
  GeneralNames names = EmailsOfSubject(below);
  names.insert(names.end(), below.names.begin(), below.names.end());
  const size_t subtrees = constraints.permitted.size() + constraints.excluded.size();
  if (names.size() > kMaxComparisons / std::max<size_t>(subtrees, 1)) {
    return "there are too many names and subtrees to compare";
  }
  for (const GeneralName& name : names) {
    if (const char* const problem = Violation(constraints, name); problem != nullptr) {
      return problem;
    }
  }
  return nullptr;
}

}  // namespace fleetca::x509

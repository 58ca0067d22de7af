#include "x509/name_constraints_check.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/directory_subtree.h"
#include "x509/parsed_constraints.h"
#include "x509/san.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxComparisons = 250'000;
constexpr absl::string_view kEmailAddress = oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01");

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
  host = host.substr(0, host.find(':'));  // of a port; an IPv6 address in brackets is not a name
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

// The label at the end, which is taken off with its dot.
absl::string_view TakeLastLabel(absl::string_view* host) {
  const size_t dot = host->rfind('.');
  const absl::string_view label = dot == absl::string_view::npos ? *host : host->substr(dot + 1);
  *host = dot == absl::string_view::npos ? "" : host->substr(0, dot);
  return label;
}

// Whether one of the names that "*.corp.example" stands for is in the subtree, although the
// wildcard itself is not: it stands for "secret.corp.example" too (CVE-2025-61727). Any label with
// a
// "*" is taken for any label, as no one knows which of them others take for wildcards.
bool WildcardReaches(absl::string_view host, absl::string_view base) {
  const bool below_alone = absl::ConsumePrefix(&base, ".");
  if (!absl::StrContains(host, '*')) {
    return false;
  }
  while (!base.empty()) {
    const absl::string_view label = TakeLastLabel(&host);
    if (!absl::EqualsIgnoreCase(label, TakeLastLabel(&base)) && !absl::StrContains(label, '*')) {
      return false;
    }
  }
  return !below_alone || !host.empty();
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
  const bool closed = std::any_of(constraints.permitted.names.begin(),
                                  constraints.permitted.names.end(), same_type);
  if (!closed && std::none_of(constraints.excluded.names.begin(), constraints.excluded.names.end(),
                              same_type)) {
    return nullptr;
  }
  Comparable cut;
  if (!Cut(name, &cut)) {
    return "it has a name of a constrained type that is not well formed";
  }
  const auto holds = [&cut](const Subtree& subtree) {
    return subtree.type == cut.type && IsIn(cut, subtree);
  };
  // A wildcard has to be in a permitted subtree whole, and may reach into no excluded one.
  const auto reaches = [&cut, &holds](const Subtree& subtree) {
    return holds(subtree) || (subtree.type == cut.type && cut.type == NameType::kDns &&
                              WildcardReaches(cut.host, subtree.value));
  };
  if (std::any_of(constraints.excluded.names.begin(), constraints.excluded.names.end(), reaches)) {
    return "it has a name that the CA may not certify";
  }
  return !closed || std::any_of(constraints.permitted.names.begin(),
                                constraints.permitted.names.end(), holds)
             ? nullptr
             : "it has a name outside those that the CA may certify";
}

[[nodiscard]] const char* DirectoryViolation(const ParsedConstraints& constraints,
                                             absl::string_view name) {
  // What no one knows is no excuse: it may be excluded, and is not permitted.
  for (const absl::string_view base : constraints.excluded.directory) {
    if (CompareWithDirectorySubtree(name, base) != InSubtree::kNo) {
      return "it has a distinguished name that the CA may not certify";
    }
  }
  const std::vector<absl::string_view>& permitted = constraints.permitted.directory;
  return permitted.empty() ||
                 std::any_of(permitted.begin(), permitted.end(),
                             [name](absl::string_view base) {
                               return CompareWithDirectorySubtree(name, base) == InSubtree::kYes;
                             })
             ? nullptr
             : "it has a distinguished name outside those that the CA may certify";
}

// The distinguished names of a certificate, and the forms of its other names that are not compared
// here. The certificate was parsed, so what stands there is DER.
struct NamesBeside {
  std::vector<absl::string_view> directory;
  uint16_t other_forms = 0;
};

NamesBeside FindNamesBeside(const Certificate& certificate) {
  NamesBeside beside;
  if (certificate.subject.size() > 2) {  // an empty Name is none
    beside.directory.push_back(certificate.subject);
  }
  const Extension* const alt_names = certificate.Find(oid::kSubjectAltName);
  der::Reader element(alt_names == nullptr ? absl::string_view() : alt_names->value);
  der::Reader names;
  if (!element.ReadNested(der::kSequence, &names)) {
    return beside;
  }
  uint8_t tag;
  absl::string_view value;
  absl::string_view name;
  while (names.ReadAny(&tag, &value, &name)) {
    if (tag == der::ContextConstructed(4)) {
      beside.directory.push_back(value);
    }
    beside.other_forms = static_cast<uint16_t>(beside.other_forms | OtherForm(tag));
  }
  return beside;
}

[[nodiscard]] const char* ViolationBeside(const ParsedConstraints& constraints,
                                          const NamesBeside& beside) {
  if ((beside.other_forms &
       (constraints.permitted.other_forms | constraints.excluded.other_forms)) != 0) {
    return "it has a name of a form (otherName, registeredID or the like) that the CA constrains "
           "and nobody here can compare";
  }
  for (const absl::string_view name : beside.directory) {
    if (const char* const problem = DirectoryViolation(constraints, name); problem != nullptr) {
      return problem;
    }
  }
  return nullptr;
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
  return ParseNameConstraints(contents, &constraints);
}

const char* NameConstraintsViolation(absl::string_view contents, const Certificate& below) {
  ParsedConstraints constraints;
  if (!ParseNameConstraints(contents, &constraints)) {
    return "they cannot be read";
  }
  GeneralNames names = EmailsOfSubject(below);
  names.insert(names.end(), below.names.begin(), below.names.end());
  const size_t subtrees = constraints.permitted.size() + constraints.excluded.size();
  const NamesBeside beside = FindNamesBeside(below);
  if (names.size() + beside.directory.size() > kMaxComparisons / std::max<size_t>(subtrees, 1)) {
    return "there are too many names and subtrees to compare";
  }
  for (const GeneralName& name : names) {
    if (const char* const problem = Violation(constraints, name); problem != nullptr) {
      return problem;
    }
  }
  return ViolationBeside(constraints, beside);
}

}  // namespace fleetca::x509

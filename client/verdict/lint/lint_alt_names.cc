#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

constexpr uint8_t kEmail = der::ContextPrimitive(1);
constexpr uint8_t kDns = der::ContextPrimitive(2);
constexpr uint8_t kUri = der::ContextPrimitive(6);
constexpr uint8_t kIp = der::ContextPrimitive(7);

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// What is wrong with one label; null where nothing is.
const char* LabelProblem(absl::string_view label) {
  if (label.empty()) {
    return "has a label without characters";
  }
  if (label.size() > 63) {
    return "has a label of more than 63 characters";
  }
  if (label.front() == '-' || label.back() == '-') {
    return "has a label with a hyphen at its end";
  }
  const bool fits = std::all_of(label.begin(), label.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  });
  return fits ? nullptr : "has a character that no host name has";
}

bool LooksLikeIp(absl::string_view name) {
  return absl::StrContains(name, ':') ||
         (std::count(name.begin(), name.end(), '.') == 3 &&
          std::all_of(name.begin(), name.end(), [](char c) {
            return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
          }));
}

void LintDns(absl::string_view name, Findings* findings) {
  const std::string quoted = Quoted(name);
  if (LooksLikeIp(name)) {
    return findings->Add(Rule::kSanIpAsDns,
                         absl::StrCat("The DNS name ", quoted,
                                      " is an IP address, which no program takes for one there."));
  }
  if (name.size() > 253 || absl::EndsWith(name, ".")) {
    return findings->Add(Rule::kSanDns,
                         absl::StrCat("The DNS name ", quoted,
                                      name.size() > 253 ? " has more than 253 characters."
                                                        : " has a dot at its end."));
  }
  std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  if (absl::StrContains(name, '*')) {
    if (labels.front() != "*" || absl::StrContains(name.substr(1), '*') || labels.size() < 3) {
      return findings->Add(Rule::kSanWildcard,
                           absl::StrCat("The DNS name ", quoted,
                                        " has a \"*\" that is not the whole leftmost label of at "
                                        "least three."));
    }
    labels.erase(labels.begin());
  }
  for (const absl::string_view label : labels) {
    if (const char* const problem = LabelProblem(label); problem != nullptr) {
      return findings->Add(Rule::kSanDns, absl::StrCat("The DNS name ", quoted, " ", problem, "."));
    }
  }
  if (absl::StrContains(name, '_')) {
    findings->Add(Rule::kSanUnderscore,
                  absl::StrCat("The DNS name ", quoted, " has an underscore."));
  }
}

void LintUri(absl::string_view uri, Findings* findings) {
  const size_t colon = uri.find(':');
  const bool has_scheme =
      colon != absl::string_view::npos && colon > 0 &&
      absl::ascii_isalpha(static_cast<unsigned char>(uri[0])) &&
      std::all_of(uri.begin(), uri.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' ||
               c == '.';
      });
  if (!has_scheme || !IsAscii(uri) || colon + 1 == uri.size()) {
    findings->Add(Rule::kSanUri,
                  absl::StrCat("The URI ", Quoted(uri), " is not an absolute one in ASCII."));
  }
}

void LintOne(const Element& name, Findings* findings) {
  const absl::string_view text = name.contents;
  if (text.empty()) {
    return findings->Add(Rule::kSanEmpty, "A name in subjectAltName is empty.");
  }
  if (name.tag == kDns) {
    LintDns(text, findings);
  } else if (name.tag == kUri) {
    LintUri(text, findings);
  } else if (name.tag == kIp && text.size() != 4 && text.size() != 16) {
    findings->Add(Rule::kSanIp, absl::StrCat("An IP address has ", text.size(),
                                             " octets, not 4 "
                                             "or 16."));
  } else if (name.tag == kEmail) {
    const size_t at = text.find('@');
    if (!IsAscii(text) || at == 0 || at == absl::string_view::npos || at + 1 == text.size() ||
        text.find('@', at + 1) != absl::string_view::npos) {
      findings->Add(Rule::kSanEmail,
                    absl::StrCat("The mail address ", Quoted(text), " is not local@domain."));
    }
  }
}

// A server is found by its hosts, so one without them is found by nobody.
void LintHasNames(const RawCertificate& certificate, const std::vector<Element>& names,
                  Findings* findings) {
  const RawExtension* const extension = certificate.Find(oid::kSubjectAltName);
  const bool no_subject = certificate.subject.well_formed && certificate.subject.attributes.empty();
  if (no_subject && extension == nullptr && !certificate.is_ca) {
    findings->Add(Rule::kSanMissing, "The certificate has neither a subject nor subjectAltName.");
  }
  if (no_subject && extension != nullptr && !extension->critical) {
    findings->Add(Rule::kSanCritical, "The subject is empty, and subjectAltName is not critical.");
  }
  const std::vector<absl::string_view> purposes = ReadPurposes(certificate);
  const bool is_server = !certificate.is_ca && std::find(purposes.begin(), purposes.end(),
                                                         oid::kServerAuth) != purposes.end();
  const bool has_name = std::any_of(names.begin(), names.end(), [](const Element& name) {
    return name.tag == kDns || name.tag == kIp || name.tag == kUri;
  });
  if (is_server && !has_name) {
    findings->Add(Rule::kSanServer,
                  "The certificate is for servers, and no DNS name, IP address or URI in "
                  "subjectAltName says for which.");
  }
}

}  // namespace

std::vector<Element> ReadAltNames(const RawCertificate& certificate) {
  std::vector<Element> names;
  const RawExtension* const extension = certificate.Find(oid::kSubjectAltName);
  der::Reader outer(extension == nullptr ? absl::string_view() : extension->value), list;
  Element name;
  if (outer.ReadNested(der::kSequence, &list)) {
    while (!list.empty() && list.ReadAny(&name.tag, &name.contents, &name.whole)) {
      names.push_back(name);
    }
  }
  return names;
}

void LintAltNames(const RawCertificate& certificate, Findings* findings) {
  const std::vector<Element> names = ReadAltNames(certificate);
  const RawExtension* const extension = certificate.Find(oid::kSubjectAltName);
  if (extension != nullptr && names.empty()) {
    findings->Add(Rule::kSanEmpty, "The subjectAltName has no name.");
  }
  absl::flat_hash_set<std::string> seen;
  for (const Element& name : names) {
    LintOne(name, findings);
    if (!seen.insert(absl::AsciiStrToLower(name.whole)).second) {
      findings->Add(Rule::kSanTwice,
                    absl::StrCat("The name ", Quoted(name.contents), " is there more than once."));
    }
  }
  LintHasNames(certificate, names, findings);
}

}  // namespace fleetca::client::lint

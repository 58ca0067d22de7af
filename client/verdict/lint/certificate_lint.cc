#include "client/verdict/lint/certificate_lint.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"

namespace fleetca::client::lint {
namespace {

constexpr int kMaxDepth = 24;
constexpr size_t kMaxQuoted = 80;

}  // namespace

void Findings::Add(Rule rule, std::string sentence) {
  found_.push_back({&AllRules()[static_cast<size_t>(rule)], std::move(sentence)});
}

std::vector<Finding> Findings::Take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Finding& one, const Finding& other) {
    return one.rule->rule < other.rule->rule;
  });
  return std::move(found_);
}

std::string Quoted(absl::string_view octets) {
  const bool cut = octets.size() > kMaxQuoted;
  return absl::StrCat("\"", absl::CHexEscape(octets.substr(0, kMaxQuoted)), cut ? "..." : "", "\"");
}

std::vector<Finding> LintCertificate(absl::string_view der, const x509::AuthzOids& oids) {
  Findings findings;
  if (der.size() > kMaxLintedSize) {
    findings.Add(Rule::kTooLarge, absl::StrCat("The certificate has ", der.size(), " octets; ",
                                               kMaxLintedSize, " are the most that is read."));
    return findings.Take();
  }
  if (!x509::der::IsWellFormed(der, kMaxDepth)) {
    findings.Add(Rule::kDer,
                 "The octets are not DER all the way down: a length is not minimal, or a type is "
                 "not in its form.");
  }
  const absl::StatusOr<RawCertificate> certificate = ReadRawCertificate(der);
  if (!certificate.ok()) {
    findings.Add(Rule::kForm, absl::StrCat(certificate.status().message(), "."));
    return findings.Take();
  }
  LintFrame(*certificate, &findings);
  LintValidity(*certificate, &findings);
  LintNames(*certificate, &findings);
  LintKey(*certificate, &findings);
  LintExtensions(*certificate, &findings);
  LintUsage(*certificate, &findings);
  LintAltNames(*certificate, &findings);
  LintPointers(*certificate, &findings);
  LintAsFleetca(*certificate, oids, &findings);
  return findings.Take();
}

}  // namespace fleetca::client::lint

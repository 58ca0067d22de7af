#include "service/policy/rule.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "x509/san.h"

namespace fleetca::service {

const PolicyProfile* Rule::FindProfile(absl::string_view profile) const {
  for (const PolicyProfile* granted : profiles) {
    if (granted->profile.name() == profile) {
      return granted;
    }
  }
  return nullptr;
}

const SubjectTemplate* Rule::FindSubject(const PolicyProfile& profile) const {
  for (const auto& [of, subject] : subjects) {
    if (of == &profile) {
      return &subject;
    }
  }
  return nullptr;
}

bool Rule::AllowsDns(absl::string_view dns_name, const CapturedTexts& texts) const {
  for (const NameTemplate& exact : dns_names) {
    if (exact.EqualsDnsName(dns_name, texts)) {
      return true;
    }
  }
  if (absl::StartsWith(dns_name, "*")) {
    return false;  // a wildcard is granted as it is written, or not at all
  }
  for (const NameTemplate& suffix : dns_suffixes) {
    if (suffix.EndsDnsName(dns_name, texts)) {
      return true;
    }
  }
  return std::any_of(dns_regexes.begin(), dns_regexes.end(),
                     [&](const DnsRegex& regex) { return regex.Matches(dns_name, texts); });
}

bool Rule::AllowsIp(absl::string_view address) const {
  return ip_prefixes.has_value() && ip_prefixes->Check({{x509::NameType::kIp, address}}).ok();
}

bool Rule::HasRight(Right right) const {
  return std::find(rights.begin(), rights.end(), right) != rights.end();
}

}  // namespace fleetca::service

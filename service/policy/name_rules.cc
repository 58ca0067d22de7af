#include "service/policy/name_rules.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

using x509::GeneralName;
using x509::NameType;

constexpr absl::string_view kField = "csr.subject_alt_name";

// "/svc/*" stands for every path below "/svc/".
bool IsSubtree(absl::string_view path_rule) { return absl::EndsWith(path_rule, "/*"); }

absl::Status NotAllowed(const GeneralName& name, absl::string_view remedy) {
  return InvalidArgument(
      Reason::kSanNotAllowed, kField,
      absl::StrCat(x509::NameToString(name), " is not allowed by this profile; ", remedy));
}

bool IsWildcard(absl::string_view dns_name) { return absl::StartsWith(dns_name, "*."); }

}  // namespace

absl::StatusOr<NameRules> NameRules::Create(NameRulesOptions options,
                                            absl::string_view trust_domain) {
  const Mistakes mistakes = FindMistakes(options, trust_domain);
  if (!mistakes.empty()) {
    return mistakes.front();
  }
  NameRules rules(std::move(options), trust_domain);
  for (const std::string& text : rules.options_.ip_prefixes) {
    FLEETCA_ASSIGN_OR_RETURN(x509::IpPrefix prefix, x509::ParseIpPrefix(text));
    rules.ip_prefixes_.push_back(std::move(prefix));
  }
  return rules;
}

absl::Status NameRules::Check(const x509::GeneralNames& names) const {
  if (names.empty()) {
    return InvalidArgument(
        Reason::kSanMissing, kField,
        absl::StrCat("the CSR asks for no name in subjectAltName; make it with, for example, "
                     "-addext \"subjectAltName=URI:spiffe://",
                     trust_domain_, "/svc/web\""));
  }
  if (names.size() > options_.max_names) {
    return InvalidArgument(Reason::kSanTooMany, kField,
                           absl::StrCat("the CSR asks for ", names.size(), " names; this profile ",
                                        "allows ", options_.max_names));
  }
  FLEETCA_RETURN_IF_ERROR(CheckSet(names));
  for (const GeneralName& name : names) {
    FLEETCA_RETURN_IF_ERROR(CheckOne(name));
  }
  return absl::OkStatus();
}

// What concerns the names together.
absl::Status NameRules::CheckSet(const x509::GeneralNames& names) const {
  size_t uris = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + i, names[i]) != names.begin() + i) {
      return InvalidArgument(
          Reason::kSanInvalid, kField,
          absl::StrCat(x509::NameToString(names[i]), " appears twice; ask for it once"));
    }
    uris += names[i].type == NameType::kUri ? 1 : 0;
  }
  if (uris > 1) {
    return InvalidArgument(Reason::kSanInvalid, kField,
                           "the CSR asks for more than one URI; a certificate has one SPIFFE ID");
  }
  if (uris == 0 && options_.spiffe_required) {
    return InvalidArgument(
        Reason::kSanMissing, kField,
        absl::StrCat("the CSR asks for no SPIFFE ID, which this profile requires; add ",
                     "URI:spiffe://", trust_domain_, "/... to its subjectAltName"));
  }
  return absl::OkStatus();
}

absl::Status NameRules::CheckOne(const GeneralName& name) const {
  if (!HasRuleFor(name.type)) {
    return InvalidArgument(Reason::kSanTypeForbidden, kField,
                           absl::StrCat(x509::NameToString(name), ": this profile allows no ",
                                        x509::NameTypeName(name.type), " names; leave it out"));
  }
  switch (name.type) {
    case NameType::kUri:
      if (x509::SpiffeTrustDomain(name.value) != trust_domain_) {
        return NotAllowed(name, absl::StrCat("this CA's trust domain is \"", trust_domain_, "\""));
      }
      return AllowsSpiffeId(name.value) ? absl::OkStatus()
                                        : NotAllowed(name, "ask for a path it lists");
    case NameType::kDns:
      if (IsWildcard(name.value) && !options_.dns_wildcards) {
        return NotAllowed(name, "it certifies no wildcards, so name each host");
      }
      if (absl::StrContains(name.value, "_") && !options_.dns_underscores) {
        return NotAllowed(name,
                          "it certifies no \"_\" in DNS names; rename the host, or have the CA's "
                          "operator set names.dns_underscores in the profile");
      }
      return AllowsDns(name.value) ? absl::OkStatus()
                                   : NotAllowed(name, "ask for a name under a suffix it lists");
    case NameType::kIp:
      return AllowsIp(name.value) ? absl::OkStatus()
                                  : NotAllowed(name, "ask for an address in a prefix it lists");
    case NameType::kEmail:
      return AllowsEmail(name.value) ? absl::OkStatus()
                                     : NotAllowed(name, "ask for an address of a domain it lists");
  }
  return NotAllowed(name, "its type is unknown");
}

bool NameRules::AllowsSpiffeId(absl::string_view id) const {
  const absl::string_view path = x509::SpiffePath(id);
  for (absl::string_view rule : options_.spiffe_paths) {
    if (rule == path) {
      return true;
    }
    if (IsSubtree(rule)) {
      rule.remove_suffix(1);  // "/svc/"
      if (path.size() > rule.size() && absl::StartsWith(path, rule)) {
        return true;
      }
    }
  }
  return false;
}

bool NameRules::AllowsDns(absl::string_view name) const {
  // Every name that "*.fleet.example" stands for is below ".fleet.example", and so is it as text. A
  // rule without the dot allows that name alone, and never equals a wildcard.
  for (const std::string& rule : options_.dns_suffixes) {
    const bool below = absl::StartsWith(rule, ".");
    if (below ? name.size() > rule.size() && absl::EndsWith(name, rule) : name == rule) {
      return true;
    }
  }
  return false;
}

bool NameRules::AllowsIp(absl::string_view address) const {
  for (const x509::IpPrefix& prefix : ip_prefixes_) {
    if (prefix.address.size() != address.size()) {
      continue;  // IPv4 and IPv6, of which IPv4-mapped addresses are, do not mix
    }
    const size_t whole = prefix.bits / 8;
    const int rest = prefix.bits % 8;
    const auto mask = static_cast<uint8_t>(0xff00 >> rest);
    if (address.substr(0, whole) == absl::string_view(prefix.address).substr(0, whole) &&
        (rest == 0 || (static_cast<uint8_t>(address[whole]) & mask) ==
                          static_cast<uint8_t>(prefix.address[whole]))) {
      return true;
    }
  }
  return false;
}

bool NameRules::AllowsEmail(absl::string_view address) const {
  const absl::string_view domain = address.substr(address.rfind('@') + 1);
  return std::find(options_.email_domains.begin(), options_.email_domains.end(), domain) !=
         options_.email_domains.end();
}

bool NameRules::HasRuleFor(NameType type) const {
  switch (type) {
    case NameType::kDns:
      return !options_.dns_suffixes.empty();
    case NameType::kUri:
      return !options_.spiffe_paths.empty();
    case NameType::kIp:
      return !ip_prefixes_.empty();
    case NameType::kEmail:
      return !options_.email_domains.empty();
  }
  return false;
}

}  // namespace fleetca::service

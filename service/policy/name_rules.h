// Which names a profile allows in its certificates.
#ifndef FLEETCA_SERVICE_POLICY_NAME_RULES_H_
#define FLEETCA_SERVICE_POLICY_NAME_RULES_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mistakes.h"
#include "x509/ip_prefix.h"
#include "x509/san.h"

namespace fleetca::service {

// No profile may allow more names than a CSR may ask for (x509::CsrLimits).
inline constexpr size_t kMaxNamesLimit = 100;

// As an operator writes them; see NameRules in proto/fleetca/config/v1/profile.proto.
struct NameRulesOptions {
  std::vector<std::string> spiffe_paths;
  bool spiffe_required = false;
  std::vector<std::string> dns_suffixes;
  bool dns_wildcards = false;
  std::vector<std::string> ip_prefixes;
  std::vector<std::string> email_domains;
  size_t max_names = 16;
  bool dns_underscores = false;
};

// Default deny: a name is allowed when a rule says so. Immutable, thread-safe.
class NameRules {
 public:
  // INVALID_ARGUMENT kConfigInvalid naming the field: no rule at all, a malformed one, a DNS suffix
  // of a single label.
  static absl::StatusOr<NameRules> Create(NameRulesOptions options, absl::string_view trust_domain);
  // Everything that Create would refuse, one error each; empty when it would succeed.
  [[nodiscard]] static Mistakes FindMistakes(const NameRulesOptions& options,
                                             absl::string_view trust_domain);

  // Whether a certificate may have exactly these (well-formed) names. INVALID_ARGUMENT with field
  // csr.subject_alt_name: kSanMissing, kSanTooMany, kSanNotAllowed, kSanTypeForbidden (a type the
  // profile has no rule for), kSanInvalid (two URIs, the same name twice).
  absl::Status Check(const x509::GeneralNames& names) const;

  // Whether one well-formed name may be among them: the errors of Check.
  absl::Status CheckOne(const x509::GeneralName& name) const;

  size_t max_names() const { return options_.max_names; }

 private:
  NameRules(NameRulesOptions options, absl::string_view trust_domain)
      : options_(std::move(options)), trust_domain_(trust_domain) {}

  absl::Status CheckSet(const x509::GeneralNames& names) const;
  bool AllowsSpiffeId(absl::string_view id) const;
  bool AllowsDns(absl::string_view name) const;
  bool AllowsIp(absl::string_view address) const;
  bool AllowsEmail(absl::string_view address) const;
  bool HasRuleFor(x509::NameType type) const;

  NameRulesOptions options_;
  std::string trust_domain_;
  std::vector<x509::IpPrefix> ip_prefixes_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_NAME_RULES_H_

// A kind of certificate: what may be asked for and what the certificate then says.
#ifndef FLEETCA_SERVICE_POLICY_PROFILE_H_
#define FLEETCA_SERVICE_POLICY_PROFILE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mistakes.h"
#include "service/policy/name_rules.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/subject.h"

namespace fleetca::service {

enum class SubjectForm { kEmpty, kFirstDnsName };

// As an operator writes it; see Profile in proto/fleetca/config/v1/profile.proto.
struct ProfileOptions {
  std::string name;
  absl::Duration default_lifetime;
  std::optional<absl::Duration> max_lifetime;  // absent: the default lifetime
  absl::Duration backdate = absl::Minutes(1);
  std::vector<x509::PublicKeyAlgorithm> key_algorithms;  // empty: all
  bool server_auth = false;
  bool client_auth = false;
  NameRulesOptions names;
  SubjectForm subject = SubjectForm::kEmpty;
  std::string ca_issuers_url;
  std::string crl_url;
};

// A profile that can exist: every value checked. Immutable, thread-safe.
class Profile {
 public:
  // INVALID_ARGUMENT kConfigInvalid naming the field ("default_lifetime", "names.dns_suffixes[0]").
  static absl::StatusOr<Profile> Create(ProfileOptions options, absl::string_view trust_domain);
  // Everything that Create would refuse, one error each; empty when it would succeed.
  [[nodiscard]] static Mistakes FindMistakes(const ProfileOptions& options,
                                             absl::string_view trust_domain);

  const std::string& name() const { return options_.name; }
  absl::Duration max_lifetime() const { return *options_.max_lifetime; }
  absl::Duration backdate() const { return options_.backdate; }
  const ProfileOptions& options() const { return options_; }

  // The lifetime of a certificate for which `wanted` was asked: at least a minute, and at most what
  // the profile allows. INVALID_ARGUMENT kLifetimeInvalid.
  absl::StatusOr<absl::Duration> DecideLifetime(std::optional<absl::Duration> wanted) const;

  // Whether a certificate may have a key of this algorithm and these names. INVALID_ARGUMENT
  // kKeyUnsupported or one of the kSan* reasons.
  absl::Status Check(x509::PublicKeyAlgorithm key, const x509::GeneralNames& names) const;

  const NameRules& name_rules() const { return name_rules_; }

  // The subject of a certificate with these names, where no policy writes one out.
  x509::Subject DecideSubject(const x509::GeneralNames& names) const;

 private:
  Profile(ProfileOptions options, NameRules name_rules)
      : options_(std::move(options)), name_rules_(std::move(name_rules)) {}

  ProfileOptions options_;
  NameRules name_rules_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_PROFILE_H_

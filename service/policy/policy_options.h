// The policy as an operator writes it; see proto/fleetca/policy/v1/policy.proto for the meaning of
// each field. Policy::Create makes a Policy of it.
#ifndef FLEETCA_SERVICE_POLICY_POLICY_OPTIONS_H_
#define FLEETCA_SERVICE_POLICY_POLICY_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/policy/profile.h"
#include "service/policy/reserved_names.h"
#include "service/policy/subject_template.h"
#include "x509/public_key.h"

namespace fleetca::service {

struct NameSubtrees {
  std::vector<std::string> dns_domains;
  std::vector<std::string> ip_prefixes;
  std::vector<std::string> uri_domains;
  std::vector<std::string> email_domains;

  bool empty() const {
    return dns_domains.empty() && ip_prefixes.empty() && uri_domains.empty() &&
           email_domains.empty();
  }
};

struct SubordinateCa {
  int path_length = 0;
  NameSubtrees permitted;
  NameSubtrees excluded;
};

// What is done about a certificate that was replaced long ago and asks to be renewed.
enum class StaleLineage {
  kRefuse,
  kBlock,  // and no certificate of its lineage gets another one
};

// Where a certificate says that word of its revocation is.
enum class RevocationSource {
  kDefault,  // kCrlAndOcsp where the server has a URL for them; else it says nothing
  kCrlAndOcsp,
  kCrl,
  kNone,  // nowhere: noRevAvail
};

// "default", "crl_and_ocsp", "crl", "none".
absl::string_view RevocationSourceName(RevocationSource source);

struct PolicyProfileOptions {
  ProfileOptions profile;
  uint16_t key_usage = 0;  // x509::KeyUsageBit; 0 takes the default
  std::optional<SubordinateCa> subordinate_ca;
  // Absent: what profile.subject says.
  std::optional<SubjectOptions> subject;
  StaleLineage on_stale_lineage = StaleLineage::kRefuse;
  RevocationSource revocation = RevocationSource::kDefault;
  // For how long after its end a certificate may still be renewed by a proof of its key.
  absl::Duration renewal_grace = absl::ZeroDuration();
};

struct AttributeOptions {
  std::string name;
  std::string value;
};

// How many certificates there may be at once, and how many more in each period.
struct Budget {
  int64_t certificates = 0;
  absl::Duration per;

  friend bool operator==(const Budget&, const Budget&) = default;
};

enum class Right {
  kGetCertificates,
  kReadStatistics,
  kUseReflection,
  kManageTokens,
  kApplyPolicy,
  kRevokeCertificates
};

struct RuleOptions {
  std::string name;
  std::string identity;
  // What the subject gets.
  std::vector<std::string> profiles;
  std::vector<std::string> dns_names;
  std::vector<std::string> dns_suffixes;
  std::vector<std::string> dns_regexes;
  std::vector<std::string> ip_prefixes;
  // Whether its DNS names may be other rules' as well.
  bool shared_names = false;
  std::vector<std::string> roles;
  std::vector<std::string> audience;
  std::vector<AttributeOptions> attributes;
  std::optional<absl::Duration> max_lifetime;
  std::vector<x509::PublicKeyAlgorithm> key_algorithms;
  // Absent: the profile's.
  std::optional<SubjectOptions> subject;
  // What the caller may do.
  std::optional<Budget> budget;
  std::vector<std::string> issue_for;
  std::vector<Right> rights;
  // The line of the rule in its file, for messages; 0 when the rule comes from no file.
  int line = 0;
};

struct PolicyOptions {
  int64_t revision = 0;
  // The line of the revision in its file, for messages; 0 when it comes from no file.
  int revision_line = 0;
  std::string trust_domain;
  std::vector<PolicyProfileOptions> profiles;
  std::vector<RuleOptions> rules;
  // What no rule can give away: the names in the certificate of the CA's server, which are in no
  // policy file. Policy::Create adds the identity that clients expect of it, and the names that a
  // rule writes out for that identity.
  ReservedNames reserved;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_POLICY_OPTIONS_H_

// What is asked of the policy, and what it answers.
#ifndef FLEETCA_SERVICE_POLICY_DECISION_H_
#define FLEETCA_SERVICE_POLICY_DECISION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/policy/policy_options.h"
#include "service/policy/policy_profile.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/subject.h"

namespace fleetca::service {

// A request for a certificate as far as the policy judges it. The views alias the call.
struct AuthorizeRequest {
  // The SPIFFE ID of the caller, as the transport authenticated it.
  absl::string_view caller;
  // The SPIFFE ID that the certificate is for. Empty: the URI among `names`, else the caller's.
  absl::string_view subject;
  absl::string_view profile;
  // The names that the CSR asks for, each well formed; of it all, only they and its key count.
  absl::Span<const x509::GeneralName> names;
  // The names in the certificate by which the caller was authenticated, each well formed. A caller
  // who asks for its own identity and for no names keeps them. Empty for a caller without a
  // certificate.
  absl::Span<const x509::GeneralName> caller_names;
  x509::PublicKeyAlgorithm key_algorithm = x509::PublicKeyAlgorithm::kP256;
  std::optional<absl::Duration> lifetime;  // absent: the profile's default
};

// What the certificate says. Views alias the request, the policy and own_texts, and must not
// outlive any of them. A decision can be moved but not copied.
struct Decision {
  struct Attribute {
    absl::string_view name;
    std::string value;
  };

  // The rules that matched the caller and the identity that the certificate is for; they may be the
  // same rule.
  absl::string_view caller_rule;
  absl::string_view subject_rule;
  const PolicyProfile* profile = nullptr;
  // All names, the identity's URI first.
  x509::GeneralNames names;
  // The names of the caller's certificate that a renewal would keep, if the policy still granted
  // them.
  x509::GeneralNames left_out;
  x509::Subject subject;
  // Each list is sorted and unique.
  absl::Span<const std::string> roles;
  absl::Span<const std::string> audience;
  std::vector<Attribute> attributes;
  // How long it lives, and how long it could have been asked for.
  absl::Duration lifetime;
  absl::Duration max_lifetime;
  // What the caller's requests are counted against (budgets.h); null: not at all.
  const Budget* budget = nullptr;
  int64_t policy_revision = 0;
  // Names that neither the request nor the policy writes out: "{name}.fleet.example" for an
  // identity.
  std::vector<std::unique_ptr<const std::string>> own_texts;

  absl::string_view identity() const { return names.front().value; }
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_DECISION_H_

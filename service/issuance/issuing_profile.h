// A profile joined to the issuing CA: the template to build by and the policy to lint by.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUING_PROFILE_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUING_PROFILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/issuance/issuing_ca.h"
#include "service/policy/policy_profile.h"
#include "x509/lint/lint.h"
#include "x509/tbs.h"

namespace fleetca::service {

// Immutable, thread-safe.
struct IssuingProfile {
  // FAILED_PRECONDITION kConfigInvalid for a subordinate CA that the issuing certificate's path
  // length forbids, and for a source of revocations that needs an HTTP port where there is none.
  static absl::StatusOr<IssuingProfile> Create(const PolicyProfile& profile, const IssuingCa& ca);

  std::unique_ptr<x509::TbsTemplate> tbs_template;
  x509::LintPolicy lint_policy;
  // CA certificates carry no authorization.
  bool is_ca = false;
  // What certificates say of word of their revocation; kDefault: nothing.
  RevocationSource revocation = RevocationSource::kDefault;
  // For each certificate's own CrlShardUrl; 0 shards: it names no shard.
  std::string crl_shards_url;
  uint16_t crl_shards = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUING_PROFILE_H_

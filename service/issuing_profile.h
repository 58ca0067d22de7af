// A profile joined to the issuer: the template to build by and the policy to lint by.
#ifndef FLEETCA_SERVICE_ISSUING_PROFILE_H_
#define FLEETCA_SERVICE_ISSUING_PROFILE_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "service/profile.h"
#include "x509/certificate.h"
#include "x509/lint.h"
#include "x509/tbs.h"

namespace fleetca::service {

// Immutable, thread-safe.
struct IssuingProfile {
  // `issuer` is only read here; `scheme` is the signer's.
  static absl::StatusOr<std::unique_ptr<IssuingProfile>> Create(Profile profile,
                                                                const x509::Certificate& issuer,
                                                                SignatureScheme scheme);

  Profile profile;
  // The issuing certificate's validity, which bounds every certificate's.
  absl::Time issuer_not_before;
  absl::Time issuer_not_after;
  std::unique_ptr<x509::TbsTemplate> tbs_template;
  x509::LintPolicy lint_policy;
};

// By the profile's name.
using IssuingProfiles = absl::flat_hash_map<std::string, std::unique_ptr<const IssuingProfile>>;

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUING_PROFILE_H_

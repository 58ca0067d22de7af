#include "service/server/serving_policy.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/config/claim_reach.h"
#include "service/config/policy_config.h"
#include "service/policy/policy_profile.h"

namespace fleetca::service {
namespace {

// Nobody knows what became of a certificate once the store has dropped it (RenewalProofs).
absl::Status CheckGraces(const ServerConfig& config, const Policy& policy, absl::string_view path) {
  const std::vector<PolicyProfile>& profiles = policy.profiles();
  for (size_t i = 0; i < profiles.size(); ++i) {
    if (profiles[i].renewal_grace > config.store_retention) {
      const std::string field = absl::StrCat("profiles[", i, "].renewal_grace");
      return InvalidArgument(
          Reason::kConfigInvalid, field,
          absl::StrCat(path, ": ", field, " is ", absl::FormatDuration(profiles[i].renewal_grace),
                       ", and the store keeps what it knows of a certificate for ",
                       absl::FormatDuration(config.store_retention),
                       " after its end (store.retention of the configuration); shorten the one or "
                       "lengthen the other"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Policy>> LoadServingPolicy(const ServerConfig& config,
                                                                absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(ReservedNames reserved,
                           LoadReservedNames(config.listener.certificate_file));
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseServingPolicy(config, text, path, std::move(reserved));
}

absl::StatusOr<std::unique_ptr<const Policy>> ParseServingPolicy(const ServerConfig& config,
                                                                 absl::string_view text,
                                                                 absl::string_view path,
                                                                 ReservedNames server_names) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<const Policy> policy,
                           ParsePolicy(text, path, std::move(server_names)));
  if (policy->trust_domain() != config.trust_domain) {
    return InvalidArgument(Reason::kConfigInvalid, "trust_domain",
                           absl::StrCat(path, ": trust_domain is \"", policy->trust_domain(),
                                        "\", and the configuration's is \"", config.trust_domain,
                                        "\"; a server has one, so correct the one that is wrong"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckClaimReach(config, *policy));
  FLEETCA_RETURN_IF_ERROR(CheckGraces(config, *policy, path));
  for (const std::string& warning : policy->warnings()) {
    log::Warning("The policy was not judged in full", {{"file", path}, {"why", warning}});
  }
  return policy;
}

}  // namespace fleetca::service

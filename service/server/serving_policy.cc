#include "service/server/serving_policy.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/config/claim_reach.h"
#include "service/config/policy_config.h"

namespace fleetca::service {

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
  for (const std::string& warning : policy->warnings()) {
    log::Warning("The policy was not judged in full", {{"file", path}, {"why", warning}});
  }
  return policy;
}

}  // namespace fleetca::service

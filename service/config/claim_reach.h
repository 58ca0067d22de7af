// Which identities the tokens of other issuers can come to.
#ifndef FLEETCA_SERVICE_CONFIG_CLAIM_REACH_H_
#define FLEETCA_SERVICE_CONFIG_CLAIM_REACH_H_

#include "absl/status/status.h"
#include "service/config/server_config.h"
#include "service/policy/policy.h"

namespace fleetca::service {

// A capture stands for what the issuer of a token, or its user, chose as a name. So no capture may
// produce an identity whose rule in the policy has rights or issue_for: that one must be written
// out in the configuration. The CA's own identities are for no token at all. INVALID_ARGUMENT
// kConfigInvalid with a line for each rule of a token issuer that breaks this:
// "fleetca.textproto:31: token_issuers[0].rules[1].identity: ...".
absl::Status CheckClaimReach(const ServerConfig& config, const Policy& policy);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_CLAIM_REACH_H_

// The policy as a server would take it.
#ifndef FLEETCA_SERVICE_SERVER_SERVING_POLICY_H_
#define FLEETCA_SERVICE_SERVER_SERVING_POLICY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/config/server_config.h"
#include "service/policy/policy.h"

namespace fleetca::service {

// The policy in the file at `path`, judged with everything that the configuration says beside it:
// the names in the listener's certificate are reserved, the trust domain is the configuration's, no
// claims of a token lead to an identity that has rights (claim_reach.h), and no certificate may be
// renewed for longer after its end than the store keeps it. What starts,
// reloads and validates loads it by these functions alone, so that they all refuse the same. Logs
// the policy's warnings. INVALID_ARGUMENT kConfigInvalid, FAILED_PRECONDITION kFile*.
absl::StatusOr<std::unique_ptr<const Policy>> LoadServingPolicy(const ServerConfig& config,
                                                                absl::string_view path);
// The same of a text that is from `path`, with the names in the certificate that a running server
// uses, which is not always the one that its file holds.
absl::StatusOr<std::unique_ptr<const Policy>> ParseServingPolicy(const ServerConfig& config,
                                                                 absl::string_view text,
                                                                 absl::string_view path,
                                                                 ReservedNames server_names);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVING_POLICY_H_

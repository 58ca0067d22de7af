// Whether a server would start with a configuration.
#ifndef FLEETCA_SERVICE_SERVER_SERVING_CHECK_H_
#define FLEETCA_SERVICE_SERVER_SERVING_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/config/server_config.h"

namespace fleetca::service {

// Reads everything that the configuration names, by the functions that Server::Start reads it by:
// policy, keys, certificates, trust bundle, TLS files, token issuers. The store and the ports are
// left alone, as a server may have them: only whether they can be there is judged. The error that
// Server::Start would give. Takes the rights and the time that decrypting the CA's key takes.
// `warnings` gets those of the policy, and what a server would warn of in certificate files.
absl::Status CheckServing(const ServerConfig& config, std::vector<std::string>* warnings);

// Whether the policy in the file at `path` would come in force in a server of this configuration.
// Reads certificates, and no key.
absl::Status CheckPolicyForServing(const ServerConfig& config, absl::string_view path);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVING_CHECK_H_

// The root's CRL as the CA obeys it.
#ifndef FLEETCA_SERVICE_SERVER_FOLLOWED_ROOT_CRL_H_
#define FLEETCA_SERVICE_SERVER_FOLLOWED_ROOT_CRL_H_

#include <memory>
#include <string>
#include <vector>

#include "base/file_watcher.h"
#include "service/config/server_config.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/root_crl_file.h"

namespace fleetca::service {

// Reads the CRL in the configuration's file, and each that takes its place: whoever has a
// certificate of one of `issuing_cas` (DER) that it lists is refused from then on, by `known`,
// which outlives what is returned, as `watcher` does. One that is not right, or that is not there
// and to be handed out, is logged, and looked for again.
std::unique_ptr<RootCrlFile> FollowRootCrl(const ServerConfig& config,
                                           const std::vector<std::string>& roots,
                                           const std::vector<std::string>& issuing_cas,
                                           KnownRevocations& known, FileWatcher& watcher);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_FOLLOWED_ROOT_CRL_H_

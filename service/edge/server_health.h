// What must be right for the CA to do its work.
#ifndef FLEETCA_SERVICE_EDGE_SERVER_HEALTH_H_
#define FLEETCA_SERVICE_EDGE_SERVER_HEALTH_H_

#include <vector>

#include "service/edge/authority.h"
#include "service/edge/bootstrap_port.h"
#include "service/edge/issuing_port.h"
#include "service/edge/tls_credentials.h"
#include "service/health.h"

namespace fleetca::service {

// A check for each part that can fail and come back: the store's disk, the signer, the issuing
// port's listener, the certificate that the server shows, the process of the bootstrap port.
// `bootstrap` may be null. All of it outlives the checks.
std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, Authority& authority,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_SERVER_HEALTH_H_

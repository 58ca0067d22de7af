// What must be right for the CA to do its work.
#ifndef FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_
#define FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_

#include <vector>

#include "service/health/health.h"
#include "service/net/tls_credentials.h"
#include "service/server/bootstrap_port.h"
#include "service/server/issuing_port.h"
#include "service/server/running_ca.h"

namespace fleetca::service {

// A check for each part that can fail and come back: the store's disk, the signer, the issuing
// port's listener, the certificate that the server shows, the process of the bootstrap port.
// `bootstrap` may be null. All of it outlives the checks.
std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, RunningCa& ca,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_

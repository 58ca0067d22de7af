// What must be right for the CA to do its work.
#ifndef FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_
#define FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_

#include <vector>

#include "service/health/health.h"
#include "service/http/http_port.h"
#include "service/net/tls_credentials.h"
#include "service/server/bootstrap_port.h"
#include "service/server/issuing_port.h"
#include "service/server/own_certificate_watch.h"
#include "service/server/revocation_publishing.h"
#include "service/server/running_ca.h"

namespace fleetca::service {

// A check for each part that can fail and come back: the store's disk, what is known of
// revocations, the signer, the issuing port's listener, the certificate that the server shows, the
// CA's chain, the process of the bootstrap port, what is to be done in time about the CA's own
// certificates and the root's CRL, the HTTP port's listener, and the CRLs and OCSP answers that it
// gives out. Those from `bootstrap` on may be null. All of it outlives the checks.
std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, RunningCa& ca,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap,
                                            const OwnCertificateWatch* own = nullptr,
                                            const HttpPort* http = nullptr,
                                            const RevocationPublishing* publishing = nullptr);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVER_HEALTH_H_

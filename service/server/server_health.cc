#include "service/server/server_health.h"

#include <string>
#include <utility>

namespace fleetca::service {

std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, RunningCa& ca,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap) {
  const std::vector<std::string> issuing_only = {kIssuingServiceName};
  const std::vector<std::string> both = {kIssuingServiceName, kTokenServiceName};
  std::vector<HealthCheck> checks = {
      {"store", [&ca] { return ca.store().CheckWritable(); }, both},
      {"clock", [&ca] { return ca.clock_rule().Now().status(); }, both},
      {"signer", [&ca] { return ca.signer().Test(); }, issuing_only},
      {"listener", [&issuing] { return issuing.CheckListener(); }, both},
      {"server certificate", [&tls] { return tls.CheckNotExpired(); }, both},
  };
  if (bootstrap != nullptr) {
    // The issuing port does its work without it.
    checks.push_back({"bootstrap port", [bootstrap] { return bootstrap->status(); }, {}});
  }
  return checks;
}

}  // namespace fleetca::service

#include "service/edge/server_health.h"

#include <string>
#include <utility>

namespace fleetca::service {

std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, Authority& authority,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap) {
  const std::vector<std::string> issuing_only = {kIssuingServiceName};
  const std::vector<std::string> both = {kIssuingServiceName, kTokenServiceName};
  std::vector<HealthCheck> checks = {
      {"store", [&authority] { return authority.store().CheckWritable(); }, both},
      {"clock", [&authority] { return authority.clock_rule().Now().status(); }, both},
      {"signer", [&authority] { return authority.signer().Test(); }, issuing_only},
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

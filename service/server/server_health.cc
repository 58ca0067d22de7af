#include "service/server/server_health.h"

#include <string>
#include <utility>

#include "base/clock.h"

namespace fleetca::service {

std::vector<HealthCheck> ServerHealthChecks(const ServerTls& tls, RunningCa& ca,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap,
                                            const OwnCertificateWatch* own, const HttpPort* http,
                                            const RevocationPublishing* publishing) {
  const std::vector<std::string> issuing_only = {kIssuingServiceName};
  const std::vector<std::string> all = {kIssuingServiceName, kTokenServiceName,
                                        kRevocationServiceName, kRenewalServiceName};
  std::vector<HealthCheck> checks = {
      {"store", [&ca] { return ca.store().CheckWritable(); }, all},
      {"clock", [&ca] { return ca.clock_rule().Now().status(); }, all},
      {"revocations", [&ca] { return ca.revocations().CheckComplete(); }, all},
      {"signer", [&ca] { return ca.signer().Test(); }, issuing_only},
      {"issuing CA",
       [&ca] {
         const absl::Status expired = ca.CheckNotExpired(Clock::System().Now());
         return expired.ok() ? ca.revocations().CheckIssuer(ca.issuer().ca().key_id) : expired;
       },
       issuing_only},
      {"listener", [&issuing] { return issuing.CheckListener(); }, all},
      {"server certificate", [&tls] { return tls.CheckNotExpired(); }, all},
  };
  if (bootstrap != nullptr) {
    // The issuing port does its work without it.
    checks.push_back({"bootstrap port", [bootstrap] { return bootstrap->status(); }, {}});
  }
  if (http != nullptr) {
    checks.push_back({"HTTP port", [http] { return http->CheckListener(); }, {}});
  }
  if (publishing != nullptr) {
    checks.push_back({"CRLs", [publishing] { return publishing->CheckCrls(); }, {}});
    checks.push_back({"OCSP", [publishing] { return publishing->CheckOcsp(); }, {}});
    checks.push_back({.name = "root's CRL",
                      .look = [publishing] { return publishing->CheckRootCrl(); },
                      .services = {kOwnCertificatesName},
                      .of_whole = false});
  }
  if (own != nullptr) {
    // Days ahead, while everything works.
    checks.push_back({.name = "own certificates",
                      .look = [own] { return own->status(); },
                      .services = {kOwnCertificatesName},
                      .of_whole = false});
  }
  return checks;
}

}  // namespace fleetca::service

#include "service/edge/server_health.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// A file that cannot be read now is no reason: what it said before is in use still.
absl::Status CheckNotExpired(const std::string& certificate_file) {
  const absl::StatusOr<std::string> pem = ReadFile(certificate_file);
  if (!pem.ok()) {
    return absl::OkStatus();
  }
  const auto ders = x509::DecodePem(x509::kPemCertificate, *pem);
  if (!ders.ok() || ders->empty()) {
    return absl::OkStatus();
  }
  const auto certificate = x509::ParseCertificate(ders->front());
  if (!certificate.ok() || absl::Now() < certificate->not_after) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("The server's certificate in ", certificate_file, " expired at ",
                   absl::FormatTime(absl::RFC3339_sec, certificate->not_after, absl::UTCTimeZone()),
                   ", and no client connects; put a new one there"));
}

}  // namespace

std::vector<HealthCheck> ServerHealthChecks(const ServerConfig& config, Authority& authority,
                                            const IssuingPort& issuing,
                                            const BootstrapPort* bootstrap) {
  const std::vector<std::string> issuing_only = {kIssuingServiceName};
  const std::vector<std::string> both = {kIssuingServiceName, kTokenServiceName};
  std::vector<HealthCheck> checks = {
      {"store", [&authority] { return authority.store().CheckWritable(); }, both},
      {"signer", [&authority] { return authority.signer().Test(); }, issuing_only},
      {"listener", [&issuing] { return issuing.CheckListener(); }, both},
      {"server certificate",
       [file = config.listener.certificate_file] { return CheckNotExpired(file); }, both},
  };
  if (bootstrap != nullptr) {
    // The issuing port does its work without it.
    checks.push_back({"bootstrap port", [bootstrap] { return bootstrap->status(); }, {}});
  }
  return checks;
}

}  // namespace fleetca::service

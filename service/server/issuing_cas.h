// The issuing CAs whose certificates callers may have.
#ifndef FLEETCA_SERVICE_SERVER_ISSUING_CAS_H_
#define FLEETCA_SERVICE_SERVER_ISSUING_CAS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/config/issuer_config.h"

namespace fleetca::service {

// A value.
struct IssuingCas {
  // The certificate in force, then the former ones, DER.
  std::vector<std::string> certificates;
  // What of the former ones is not as a renewal leaves it, in whole sentences, for the log: one
  // with the key and the name of the certificate in force and another key identifier. By that
  // identifier go the URLs of CRLs, the OCSP answers and the search for a chain, so that all of
  // them would fail for the certificates from before.
  std::vector<std::string> warnings;
};

// `in_force` is DER, and was parsed before; the former ones are in the file of the configuration,
// where it names one. The errors of ReadFile, and INVALID_ARGUMENT kFileInvalid for what is no CA's
// certificate.
absl::StatusOr<IssuingCas> LoadIssuingCas(const IssuerConfig& config, const std::string& in_force);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_ISSUING_CAS_H_

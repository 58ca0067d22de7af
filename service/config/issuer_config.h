// The issuing CA's part of the configuration: its certificate, its key, and what it writes.
#ifndef FLEETCA_SERVICE_CONFIG_ISSUER_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_ISSUER_CONFIG_H_

#include <string>
#include <vector>

#include "base/config/config_reader.h"
#include "fleetca/config/v1/config.pb.h"
#include "signer/key_file.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::service {

struct IssuerConfig {
  std::string certificate_file;
  signer::KeyFile key;
  std::string trust_bundle_file;
  std::vector<std::string> blocked_keys;  // SHA-256 of SubjectPublicKeyInfo, 32 octets each
  std::string fleet_arc = std::string(x509::kDefaultFleetArcText);
  x509::AuthzOids oids;  // under fleet_arc
  bool provenance = false;
  // Issuing CAs that were in force before; empty: none.
  std::string former_certificates_file;
};

// Adds its mistakes to the reader's text, and a warning for each form of an earlier release.
IssuerConfig ReadIssuer(const config::v1::Issuer& written, ConfigReader* reader);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_ISSUER_CONFIG_H_

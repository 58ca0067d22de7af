// Certificates as other programs make them, right ones and odd ones, by OpenSSL alone.
#ifndef FLEETCA_TESTS_TESTING_OPENSSL_CA_H_
#define FLEETCA_TESTS_TESTING_OPENSSL_CA_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/openssl.h"

namespace fleetca::testing {

struct OpenSslCertificate {
  EvpPkeyPtr key;
  std::string der;
  std::string pem;
  std::string key_pem;  // PKCS#8, in the clear
};

struct OpenSslRequest {
  std::string common_name = "CA";
  const OpenSslCertificate* issuer = nullptr;   // null: self-signed
  const OpenSslCertificate* subject = nullptr;  // whose name and key are certified once more
  absl::Time not_before;
  absl::Time not_after;
  std::string curve = "P-256";
  // 3 or 1; version 1 has no extensions.
  int version = 3;
  // Names and values as in openssl's configuration files.
  std::vector<std::pair<std::string, std::string>> extensions = {
      {"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "critical,keyCertSign,cRLSign"}};
};

// A failure is fatal.
OpenSslCertificate MakeByOpenSsl(const OpenSslRequest& request);

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_OPENSSL_CA_H_

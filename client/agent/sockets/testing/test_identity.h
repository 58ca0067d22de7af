// An identity as the agent holds it, for tests.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_TEST_IDENTITY_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_TEST_IDENTITY_H_

#include <memory>
#include <string>

#include "client/agent/held_identities.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client::testing {

// A P-256 key that is nobody's: as the older "EC PRIVATE KEY", as PKCS#8 in PEM, and the base64 of
// its PKCS#8 alone.
extern const char kTestKeyEcPem[];
extern const char kTestKeyPkcs8Pem[];
extern const char kTestKeyPkcs8Base64[];

// spiffe://fleet.example/web with that key, which came as an "EC PRIVATE KEY"; its certificates and
// CRL are words, so that tests can say whole messages octet by octet.
HeldIdentity IdentityOfWords();

// Real certificates: a root, an issuing CA, and leaves for the next hour.
class IdentityMaker {
 public:
  IdentityMaker();

  // spiffe://fleet.example/NAME with a key and certificate of its own each time.
  std::shared_ptr<HeldIdentity> Make(const std::string& name) const;

 private:
  const fleetca::testing::OpenSslCertificate root_;
  const fleetca::testing::OpenSslCertificate issuing_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_TEST_IDENTITY_H_

// A credential that openssl made, for the tests of what is written of it.
#ifndef FLEETCA_CLIENT_FILES_TESTING_TEST_CREDENTIAL_H_
#define FLEETCA_CLIENT_FILES_TESTING_TEST_CREDENTIAL_H_

#include "absl/time/clock.h"
#include "client/files/credential_files.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client::testing {

// A leaf below an issuing CA below a root, and a second root.
class CredentialTest : public ::testing::Test {
 protected:
  static fleetca::testing::OpenSslCertificate Make(
      const char* name, const fleetca::testing::OpenSslCertificate* issuer) {
    return fleetca::testing::MakeByOpenSsl({.common_name = name,
                                            .issuer = issuer,
                                            .not_before = absl::Now() - absl::Hours(1),
                                            .not_after = absl::Now() + absl::Hours(1)});
  }

  Credential Made() const {
    Credential credential;
    credential.private_key_pem = SecretBytes(leaf_.key_pem);
    credential.certificate_der = leaf_.der;
    credential.chain_der = {issuing_.der};
    credential.roots_der = {root_.der, other_root_.der};
    return credential;
  }

  const fleetca::testing::OpenSslCertificate root_ = Make("root", nullptr);
  const fleetca::testing::OpenSslCertificate other_root_ = Make("next root", nullptr);
  const fleetca::testing::OpenSslCertificate issuing_ = Make("issuing", &root_);
  const fleetca::testing::OpenSslCertificate leaf_ = Make("leaf", &issuing_);
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_FILES_TESTING_TEST_CREDENTIAL_H_

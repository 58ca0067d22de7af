#include "service/revocation/revoked_issuers.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RevokedIssuersTest : public ::testing::Test {
 protected:
  // What a CRL of this CA revokes that lists the certificate of `listed`.
  static absl::flat_hash_set<std::string> Revoked(const x509::TestCa& signer,
                                                  const std::string& listed,
                                                  const std::vector<std::string>& issuing_cas) {
    const auto certificate = x509::ParseCertificate(listed);
    FLEETCA_EXPECT_OK(certificate);
    const std::string der =
        x509::IssueTestCrl(signer, x509::TestCrlSpec(signer),
                           {{.serial = certificate->serial, .revocation_date = x509::kTestNow}});
    return RevokedIssuers(der, issuing_cas);
  }

  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa ca_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  const x509::TestCa former_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
};

TEST_F(RevokedIssuersTest, AreThoseThatTheRootsCrlLists) {
  const std::vector<std::string> cas = {ca_.certificate, former_.certificate};
  EXPECT_THAT(Revoked(root_, former_.certificate, cas), UnorderedElementsAre(former_.key_id));
  EXPECT_THAT(Revoked(root_, root_.certificate, cas), IsEmpty());
}

TEST_F(RevokedIssuersTest, ACaWithAnotherCertificateForItsKeyIsNone) {
  std::string renewed = former_.certificate;
  const std::string serial(x509::ParseCertificate(former_.certificate)->serial);
  renewed[renewed.find(serial) + serial.size() - 1] ^= 1;
  EXPECT_THAT(Revoked(root_, former_.certificate, {renewed, former_.certificate}), IsEmpty());
  EXPECT_THAT(Revoked(root_, renewed, {former_.certificate, renewed}), IsEmpty());
}

// Of the same name, as all of these have it.
TEST_F(RevokedIssuersTest, AnotherRootsCrlRevokesNone) {
  const x509::TestCa other = x509::MakeTestRoot(KeyType::kP256);
  EXPECT_THAT(Revoked(other, former_.certificate, {former_.certificate}), IsEmpty());
}

}  // namespace
}  // namespace fleetca::service

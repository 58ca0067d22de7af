#include "client/objects/certificate_chain.h"

#include "absl/time/clock.h"
#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
  return MakeByOpenSsl({.common_name = name,
                        .issuer = issuer,
                        .not_before = absl::Now() - absl::Hours(1),
                        .not_after = absl::Now() + absl::Hours(1)});
}

class CertificateChainTest : public ::testing::Test {
 protected:
  const OpenSslCertificate root_ = Make("root", nullptr);
  const OpenSslCertificate issuing_ = Make("issuing", &root_);
  const OpenSslCertificate leaf_ = Make("leaf", &issuing_);
  // The issuer's name, and another key.
  const OpenSslCertificate impostor_ = Make("issuing", &root_);
};

TEST_F(CertificateChainTest, IssuersAreOrderedAndOthersLeftOut) {
  EXPECT_THAT(IssuersOf(leaf_.der, {root_.der, impostor_.der, leaf_.der, "junk", issuing_.der}),
              ElementsAre(issuing_.der, root_.der));
  EXPECT_THAT(IssuersOf(leaf_.der, {issuing_.der}), ElementsAre(issuing_.der));
  EXPECT_THAT(IssuersOf(leaf_.der, {root_.der, impostor_.der}), IsEmpty());
  EXPECT_THAT(IssuersOf(root_.der, {root_.der, issuing_.der}), IsEmpty());
  EXPECT_THAT(IssuersOf("junk", {root_.der}), IsEmpty());
}

TEST_F(CertificateChainTest, ARootIsItsOwnIssuer) {
  EXPECT_TRUE(IsItsOwnIssuer(root_.der));
  EXPECT_FALSE(IsItsOwnIssuer(issuing_.der));
  EXPECT_FALSE(IsItsOwnIssuer("junk"));
}

TEST_F(CertificateChainTest, AKeyAndItsCertificateHaveOneFingerprint) {
  const std::string fingerprint = PublicKeyFingerprint(leaf_.key.get());
  EXPECT_EQ(fingerprint.size(), 64u);
  EXPECT_EQ(PublicKeyFingerprint(leaf_.der), fingerprint);
  EXPECT_NE(PublicKeyFingerprint(root_.der), fingerprint);
  EXPECT_EQ(PublicKeyFingerprint("junk"), "");
}

}  // namespace
}  // namespace fleetca::client

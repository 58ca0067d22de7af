#include "service/authority/trust_bundle.h"

#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class TrustBundleTest : public ::testing::Test {
 protected:
  static OpenSslRequest Request() {
    return {.not_before = kNow - absl::Hours(1), .not_after = kNow + absl::Hours(1)};
  }
  // As `openssl req -x509` makes it.
  static OpenSslCertificate MakeWithoutKeyUsage() {
    OpenSslRequest request = Request();
    request.extensions = {{"basicConstraints", "critical,CA:TRUE"}};
    return MakeByOpenSsl(request);
  }

  const OpenSslCertificate good_ = MakeByOpenSsl(Request());
  const OpenSslCertificate odd_ = MakeWithoutKeyUsage();
};

TEST_F(TrustBundleTest, HasTheRootsInTheirOrder) {
  const OpenSslCertificate other = MakeByOpenSsl(Request());
  const auto bundle = TrustBundle::FromPem(good_.pem + other.pem, "fleet.test");
  FLEETCA_ASSERT_OK(bundle);
  EXPECT_EQ(bundle->trust_domain, "fleet.test");
  EXPECT_THAT(bundle->roots, ElementsAre(good_.der, other.der));
  EXPECT_THAT(bundle->warnings, IsEmpty());
  EXPECT_EQ(bundle->version.size(), 32);
}

TEST_F(TrustBundleTest, OddRootsAreLeftOutAndChangeNothing) {
  std::string pem = good_.pem + odd_.pem;
  for (const auto& extension : std::vector<std::pair<std::string, std::string>>{
           {"1.2.3.4", "critical,DER:0500"}, {"nameConstraints", "critical,DER:3000"}}) {
    OpenSslRequest request = Request();
    request.extensions.push_back(extension);
    pem += MakeByOpenSsl(request).pem;
  }
  OpenSslRequest request = Request();
  request.curve = "P-521";
  pem += MakeByOpenSsl(request).pem;
  const auto bundle = TrustBundle::FromPem(pem, "fleet.test");
  FLEETCA_ASSERT_OK(bundle);
  EXPECT_THAT(bundle->roots, ElementsAre(good_.der));
  EXPECT_THAT(bundle->warnings,
              ElementsAre(HasSubstr("certificate 2 is left out: it has no keyUsage"),
                          HasSubstr("certificate 3 "), HasSubstr("certificate 4 "),
                          HasSubstr("certificate 5 ")));
  EXPECT_EQ(bundle->version, TrustBundle::FromPem(good_.pem, "fleet.test")->version);
}

TEST_F(TrustBundleTest, AnOddRootOfOurOwnStaysWhileThereIsNoBetterOne) {
  OpenSslRequest request = Request();
  request.issuer = &odd_;
  const std::vector<std::string> chain = {MakeByOpenSsl(request).der};
  const auto bundle = TrustBundle::FromPem(good_.pem + odd_.pem, "fleet.test", chain);
  FLEETCA_ASSERT_OK(bundle);
  EXPECT_THAT(bundle->roots, ElementsAre(good_.der, odd_.der));
  EXPECT_THAT(bundle->warnings, ElementsAre(HasSubstr("certificate 2 is handed out, but it")));
  // The same root made anew, as it should be.
  OpenSslRequest better = Request();
  better.subject = &odd_;
  better.issuer = &odd_;
  const OpenSslCertificate anew = MakeByOpenSsl(better);
  EXPECT_THAT(TrustBundle::FromPem(odd_.pem + anew.pem, "fleet.test", chain)->roots,
              ElementsAre(anew.der));
}

TEST_F(TrustBundleTest, ARootThatStandsThereTwiceIsHandedOutOnce) {
  const auto bundle = TrustBundle::FromPem(good_.pem + good_.pem, "fleet.test");
  FLEETCA_ASSERT_OK(bundle);
  EXPECT_EQ(bundle->roots.size(), 1u);
  EXPECT_EQ(bundle->version, TrustBundle::FromPem(good_.pem, "fleet.test")->version);
}

TEST_F(TrustBundleTest, WithoutARootThereIsNone) {
  for (const std::string& pem : {std::string(), std::string("junk"), odd_.pem}) {
    EXPECT_FALSE(TrustBundle::FromPem(pem, "fleet.test").ok()) << pem;
  }
  EXPECT_THAT(TrustBundle::FromPem(odd_.pem, "fleet.test"),
              IsInvalid(Reason::kFileInvalid, "trust_bundle"));
}

}  // namespace
}  // namespace fleetca::service

#include "service/server/published_certificates.h"

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;

class PublishedCertificatesTest : public CaFolderFixture {
 protected:
  std::vector<std::string> Ders(absl::string_view file) const {
    return x509::DecodePem(x509::kPemCertificate, Read(file)).value_or(std::vector<std::string>());
  }
  static std::string NameOf(absl::string_view der) {
    return absl::BytesToHexString(
        x509::ParseCertificate(der).value_or(x509::Certificate()).subject_key_id);
  }

  FakeClock clock_;
  CurrentTrustBundle bundles_;
};

TEST_F(PublishedCertificatesTest, IssuersAreFoundByTheirKeyIdentifier) {
  const std::string issuer = Ders("issuing-ca.crt").front();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto published,
                               PublishedCertificates::Create({issuer}, bundles_, clock_));
  ASSERT_EQ(NameOf(issuer).size(), 40u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const HttpContent content, published->FindIssuer(NameOf(issuer)));
  EXPECT_EQ(*content.bytes, issuer);
  EXPECT_THAT(published->FindIssuer("00"), IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_THAT(published->FindIssuer(absl::AsciiStrToUpper(NameOf(issuer))),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(PublishedCertificatesTest, RootsFollowTheBundleInForce) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto published,
                               PublishedCertificates::Create({}, bundles_, clock_));
  EXPECT_EQ(*published->Roots().bytes, "");
  const absl::Time later = clock_.Now() + absl::Hours(1);
  clock_.Set(later);
  FLEETCA_ASSERT_OK_AND_ASSIGN(TrustBundle bundle,
                               TrustBundle::FromPem(Read("trust-bundle.pem"), "fleet.example"));
  bundles_.Replace(std::move(bundle));
  const HttpContent roots = published->Roots();
  EXPECT_EQ(*roots.bytes, Read("trust-bundle.pem"));
  EXPECT_EQ(roots.last_modified, later);
  EXPECT_EQ(published->Roots().bytes, roots.bytes);  // made once
}

}  // namespace
}  // namespace fleetca::service

// Identity, names and subject of the certificates that the issuer makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::fleetca::testing::TestPolicyOptions;
using ::testing::ElementsAre;

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";
constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

// The names of an issued certificate.
std::vector<std::string> NamesIn(const IssuedCertificate& issued) {
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(issued.certificate);
  EXPECT_THAT(certificate, testing::IsOk());
  std::vector<std::string> names;
  for (const x509::GeneralName& name : certificate->names) {
    names.push_back(x509::NameToString(name));
  }
  return names;
}

bool NamesAreCritical(const x509::Certificate& certificate) {
  const x509::Extension* const names = certificate.Find(x509::oid::kSubjectAltName);
  EXPECT_NE(names, nullptr);
  return names != nullptr && names->critical;
}

TEST(CertifiedNamesTest, TheIdentityIsTheFieldsTheCsrsOrTheCallers) {
  TestIssuer ca;
  const std::string csr = MakeCsr({.names = {{x509::NameType::kDns, "a.fleet.test"}}});
  RecordingIssuance own(csr);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate for_itself, ca.Issue(own));
  FLEETCA_ASSERT_OK_AND_ASSIGN(x509::Certificate certificate,
                               x509::ParseCertificate(for_itself.certificate));
  EXPECT_EQ(certificate.SpiffeId(), kWeb);
  EXPECT_EQ(certificate.names.size(), 2u);
  RecordingIssuance other(csr);
  other.request.identity = kDb;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate for_db, ca.Issue(other));
  FLEETCA_ASSERT_OK_AND_ASSIGN(certificate, x509::ParseCertificate(for_db.certificate));
  EXPECT_EQ(certificate.SpiffeId(), kDb);
  // The two must not contradict each other.
  const std::string web_csr = MakeCsr(Named(kWeb));
  RecordingIssuance both(web_csr);
  both.request.identity = kDb;
  EXPECT_THAT(ca.Issue(both), IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
}

TEST(CertifiedNamesTest, TheSubjectIsThePolicysAndNeverTheCsrs) {
  PolicyOptions policy = TestPolicyOptions();
  policy.rules[0].subject =
      SubjectOptions{.common_name = "{name}", .organizations = {"Fleet", "ops"}, .country = "CH"};
  TestIssuer ca({.policy = policy});
  CsrOptions csr;
  csr.subject = x509::BuildName("Evil", "root");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr(csr)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_EQ(x509::NameToText(certificate.subject), "C=CH, O=Fleet, O=ops, CN=web");
  // RFC 5280 section 4.2.1.6.
  EXPECT_FALSE(NamesAreCritical(certificate));
  csr.names = {{x509::NameType::kUri, kDb}};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate other, ca.Issue(MakeCsr(csr)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate without,
                               x509::ParseCertificate(other.certificate));
  EXPECT_EQ(x509::NameToText(without.subject), "");
  EXPECT_TRUE(NamesAreCritical(without));
}

TEST(CertifiedNamesTest, ASubjectThatIsTheIssuingCasOwnIsRefused) {
  PolicyOptions policy = TestPolicyOptions();
  policy.rules[0].subject =
      SubjectOptions{.common_name = "issuing CA", .organizations = {"fleet.test"}};
  TestIssuer ca({.policy = policy});
  EXPECT_THAT(ca.Issue(MakeCsr()), IsInvalid(Reason::kSubjectInvalid, "identity"));
}

TEST(CertifiedNamesTest, ARenewalKeepsTheNamesOfTheCertificateThatAsks) {
  PolicyOptions policy = TestPolicyOptions();
  policy.rules[0].dns_names = {"web.fleet.test"};
  // The other rule can give every name of the domain.
  policy.rules[0].shared_names = true;
  TestIssuer ca({.policy = policy});
  const std::string csr = MakeCsr(Named(kWeb));
  const auto names_for = [&](const x509::GeneralNames& names, DecisionSummary* decision = nullptr) {
    RecordingIssuance issuance(csr);
    issuance.AskAs(CertificateCaller{.spiffe_id = std::string(kWeb),
                                     .other_names = x509::BuildSubjectAltName(names)});
    issuance.request.validate_only = decision != nullptr;
    const auto issued = ca.Issue(issuance);
    EXPECT_THAT(issued, testing::IsOk());
    if (decision != nullptr) {
      *decision = *issued->decision;
      return decision->names;
    }
    return NamesIn(*issued);
  };
  const std::string uri = absl::StrCat("URI:", kWeb);
  EXPECT_THAT(names_for({{x509::NameType::kDns, "a.fleet.test"}}),
              ElementsAre(uri, "DNS:a.fleet.test"));
  DecisionSummary decision;
  EXPECT_THAT(
      names_for({{x509::NameType::kDns, "a.fleet.test"}, {x509::NameType::kDns, "a.other.test"}},
                &decision),
      ElementsAre(uri, "DNS:a.fleet.test"));
  EXPECT_THAT(decision.left_out, ElementsAre("DNS:a.other.test"));
  // Who has none gets the rule's.
  RecordingIssuance first(csr);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(first));
  EXPECT_THAT(NamesIn(issued), ElementsAre(uri, "DNS:web.fleet.test"));
}

TEST(CertifiedNamesTest, UnderscoresAreCertifiedWhereTheProfileAllowsThem) {
  PolicyOptions policy = TestPolicyOptions();
  const std::string csr = MakeCsr({.names = {{x509::NameType::kDns, "my_host.fleet.test"}}});
  EXPECT_THAT(TestIssuer({.policy = policy}).Issue(csr),
              IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  policy.profiles[0].profile.names.dns_underscores = true;
  TestIssuer ca({.policy = policy});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(csr));
  EXPECT_THAT(NamesIn(issued), ElementsAre(absl::StrCat("URI:", kWeb), "DNS:my_host.fleet.test"));
}

TEST(CertifiedNamesTest, NamesInCapitalLettersAndTwiceAreOneInSmallLetters) {
  TestIssuer ca({.policy = TestPolicyOptions()});
  const std::string csr = MakeCsr({.names = {{x509::NameType::kDns, "WEB.Fleet.test"},
                                             {x509::NameType::kDns, "web.fleet.TEST"}}});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(csr));
  EXPECT_THAT(NamesIn(issued), ElementsAre(absl::StrCat("URI:", kWeb), "DNS:web.fleet.test"));
}

TEST(CertifiedNamesTest, AWeakerPolicyNeverHasASecondUri) {
  TestIssuer ca;
  CsrOptions two;
  two.names = {{x509::NameType::kUri, kWeb}, {x509::NameType::kUri, kDb}};
  EXPECT_EQ(GetReason(ca.Issue(MakeCsr(two)).status()), Reason::kSanInvalid);
}

}  // namespace
}  // namespace fleetca::service

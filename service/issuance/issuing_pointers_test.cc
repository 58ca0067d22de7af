// What certificates say of word of their revocation, as the profile and the server have it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "service/issuance/issuing_policy.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_issuer.h"
#include "x509/authz/fleet_authz.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::fleetca::testing::TestPolicyOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kBase[] = "http://ca.fleet.test";
constexpr uint16_t kShards = 100;

std::optional<RevocationPointers> Server() {
  return RevocationPointers{.base_url = kBase, .crl_shards = kShards};
}

PolicyOptions WithRevocation(RevocationSource source) {
  PolicyOptions policy = TestPolicyOptions();
  policy.profiles[0].revocation = source;
  return policy;
}

std::string HexKeyId(const TestIssuer& ca) {
  return absl::BytesToHexString(x509::ParseCertificate(ca.certificate())->subject_key_id);
}

std::string IssueOne(TestIssuer& ca) {
  const absl::StatusOr<IssuedCertificate> issued = ca.Issue(MakeCsr());
  EXPECT_THAT(issued, testing::IsOk());
  return issued.ok() ? issued->certificate : "";
}

std::string OpenSslText(absl::string_view der) {
  const testing::TemporaryFolder folder;
  const std::string file = folder.path() + "/certificate";
  FLEETCA_EXPECT_OK(WriteFileAtomic(file, der, 0600));
  const std::string command =
      absl::StrCat("openssl x509 -inform DER -noout -text -in ", file, " >", file, ".text");
  EXPECT_EQ(std::system(command.c_str()), 0);
  return ReadFile(file + ".text").value_or("");
}

TEST(IssuingPointersTest, OpenSslReadsTheShardsCrlOcspAndTheIssuer) {
  TestIssuer ca({.pointers = Server()});
  const std::string der = IssueOne(ca);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate, x509::ParseCertificate(der));
  const uint16_t shard = CrlShardOf(certificate.serial, kShards);
  const std::string text = OpenSslText(der);
  EXPECT_THAT(text, HasSubstr(absl::StrCat("Full Name:\n                  URI:", kBase, "/crl/",
                                           HexKeyId(ca), "/", shard, ".crl\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat("OCSP - URI:", kBase, "/ocsp\n")));
  EXPECT_THAT(text,
              HasSubstr(absl::StrCat("CA Issuers - URI:", kBase, "/aia/", HexKeyId(ca), ".cer\n")));
  // rustls-webpki before 0.103.10 looks at the first alone.
  EXPECT_EQ(certificate.crl_urls.size(), 1u);
  EXPECT_FALSE(certificate.no_rev_avail);
}

TEST(IssuingPointersTest, TheRecordHasTheShardThatTheCertificateNames) {
  TestIssuer ca({.pointers = Server()});
  std::set<uint16_t> shards;
  for (const auto& issued : ca.IssueBatch(std::vector<std::string>(40, MakeCsr()))) {
    FLEETCA_ASSERT_OK(issued);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record, ca.store().GetBySerial(issued->serial_number));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                                 x509::ParseCertificate(issued->certificate));
    ASSERT_TRUE(record.crl_shard.has_value());
    EXPECT_THAT(certificate.crl_urls, ElementsAre(absl::StrCat(kBase, "/crl/", HexKeyId(ca), "/",
                                                               *record.crl_shard, ".crl")));
    shards.insert(*record.crl_shard);
  }
  EXPECT_GT(shards.size(), 10u);
}

TEST(IssuingPointersTest, CrlAloneNamesNoResponder) {
  TestIssuer ca({.policy = WithRevocation(RevocationSource::kCrl), .pointers = Server()});
  const std::string der = IssueOne(ca);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate, x509::ParseCertificate(der));
  EXPECT_EQ(certificate.crl_urls.size(), 1u);
  EXPECT_THAT(certificate.ocsp_urls, IsEmpty());
  EXPECT_EQ(certificate.ca_issuers_urls.size(), 1u);
}

TEST(IssuingPointersTest, NoneIsNoRevAvailWithAndWithoutAPort) {
  for (const auto& pointers : {Server(), std::optional<RevocationPointers>()}) {
    TestIssuer ca({.policy = WithRevocation(RevocationSource::kNone), .pointers = pointers});
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                                 x509::ParseCertificate(issued.certificate));
    EXPECT_TRUE(certificate.no_rev_avail);
    EXPECT_THAT(certificate.crl_urls, IsEmpty());
    EXPECT_THAT(certificate.ocsp_urls, IsEmpty());
    EXPECT_FALSE(ca.store().GetBySerial(issued.serial_number)->crl_shard.has_value());
    EXPECT_THAT(OpenSslText(issued.certificate), Not(HasSubstr("CRL Distribution Points")));
  }
}

TEST(IssuingPointersTest, WithoutAPortAndAWordOfTheProfileNothingIsSaid) {
  TestIssuer ca;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  std::vector<absl::string_view> oids;
  for (const x509::Extension& extension : certificate.extensions) {
    oids.push_back(extension.oid);
  }
  EXPECT_THAT(oids, ElementsAre(x509::oid::kBasicConstraints, x509::oid::kKeyUsage,
                                x509::oid::kExtendedKeyUsage, x509::oid::kSubjectKeyIdentifier,
                                x509::oid::kAuthorityKeyIdentifier, x509::oid::kSubjectAltName,
                                x509::AuthzOids().authz));
  EXPECT_FALSE(ca.store().GetBySerial(issued.serial_number)->crl_shard.has_value());
}

TEST(IssuingPointersTest, TheProfilesOwnUrlsGoBeforeTheServers) {
  PolicyOptions policy = TestPolicyOptions();
  policy.profiles[0].profile.crl_url = "http://pki.fleet.test/all.crl";
  policy.profiles[0].profile.ca_issuers_url = "http://pki.fleet.test/issuing.cer";
  TestIssuer ca({.policy = policy, .pointers = Server()});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_THAT(certificate.crl_urls, ElementsAre("http://pki.fleet.test/all.crl"));
  EXPECT_THAT(certificate.ca_issuers_urls, ElementsAre("http://pki.fleet.test/issuing.cer"));
  EXPECT_THAT(certificate.ocsp_urls, ElementsAre(absl::StrCat(kBase, "/ocsp")));
  EXPECT_FALSE(ca.store().GetBySerial(issued.serial_number)->crl_shard.has_value());
}

// The shards' CRLs say that they are of leaves alone.
TEST(IssuingPointersTest, ASubordinateCaNamesTheCompleteCrl) {
  PolicyOptions policy = TestPolicyOptions();
  policy.profiles[0].subordinate_ca = SubordinateCa();
  policy.profiles[0].subordinate_ca->permitted.dns_domains = {"edge.fleet.test"};
  TestIssuer ca({.policy = policy, .pointers = Server()});
  const std::string csr =
      MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/edge"}}});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(csr));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  ASSERT_TRUE(certificate.is_ca);
  EXPECT_THAT(certificate.crl_urls,
              ElementsAre(absl::StrCat(kBase, "/crl/", HexKeyId(ca), ".crl")));
  EXPECT_THAT(certificate.ocsp_urls, ElementsAre(absl::StrCat(kBase, "/ocsp")));
  EXPECT_FALSE(ca.store().GetBySerial(issued.serial_number)->crl_shard.has_value());
}

TEST(IssuingPointersTest, AProfileThatNeedsThePortDoesNotFitAServerWithoutOne) {
  const TestIssuer ca;
  IssuingCa without_port;
  without_port.subject = std::string(x509::ParseCertificate(ca.certificate())->subject);
  without_port.key_id = "key identifier";
  for (const RevocationSource source : {RevocationSource::kCrlAndOcsp, RevocationSource::kCrl}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(std::shared_ptr<const Policy> policy,
                                 Policy::Create(WithRevocation(source)));
    const absl::Status refused = IssuingPolicy::Create(policy, without_port).status();
    EXPECT_THAT(refused, IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
    EXPECT_THAT(std::string(refused.message()), HasSubstr("http { base_url"));
    IssuingCa with_port = without_port;
    with_port.pointers = Server();
    FLEETCA_EXPECT_OK(IssuingPolicy::Create(policy, with_port));
  }
}

TEST(IssuingPointersTest, TheLintKnowsTheUrlsOfEachCertificate) {
  TestIssuer ca({.pointers = Server()});
  const std::string der = IssueOne(ca);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate, x509::ParseCertificate(der));
  const std::shared_ptr<const Policy> policy = ca.policies().Current();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto joined, IssuingPolicy::Create(policy, ca.issuer().ca()));
  const IssuingProfile& profile = joined->Find(policy->profiles()[0]);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const x509::FleetAuthz grants,
      x509::ParseFleetAuthz(certificate.Find(x509::AuthzOids().authz)->value));
  const auto lint = [&](const x509::LintPolicy& lint_policy, absl::string_view crl_url) {
    x509::LintExpectation expectation{certificate.serial, certificate.public_key.spki, &grants};
    expectation.crl_url = crl_url;
    return x509::LintTbs(std::string(certificate.tbs), lint_policy, expectation).status();
  };
  const uint16_t shard = CrlShardOf(certificate.serial, kShards);
  const std::string url = CrlShardUrl(profile.crl_shards_url, shard);
  FLEETCA_EXPECT_OK(lint(profile.lint_policy, url));
  const auto fails = IsError(absl::StatusCode::kInternal, Reason::kLintFailed);
  EXPECT_THAT(lint(profile.lint_policy, CrlShardUrl(profile.crl_shards_url, shard + 1)), fails);
  EXPECT_THAT(lint(profile.lint_policy, ""), fails);
  for (std::string x509::LintPolicy::*field :
       {&x509::LintPolicy::ocsp_url, &x509::LintPolicy::ca_issuers_url}) {
    x509::LintPolicy other = profile.lint_policy;
    (other.*field) += "x";
    EXPECT_THAT(lint(other, url), fails);
  }
}

TEST(IssuingPointersTest, ValidateOnlyTellsWhatTheCertificateWouldSay) {
  const auto decided = [](RevocationSource source, std::optional<RevocationPointers> pointers) {
    TestIssuer ca({.policy = WithRevocation(source), .pointers = std::move(pointers)});
    const std::string csr = MakeCsr();
    RecordingIssuance issuance(csr);
    issuance.request.validate_only = true;
    const absl::StatusOr<IssuedCertificate> answer = ca.Issue(issuance);
    EXPECT_THAT(answer, testing::IsOk());
    return answer->decision->revocation;
  };
  EXPECT_EQ(decided(RevocationSource::kDefault, std::nullopt), "");
  EXPECT_EQ(decided(RevocationSource::kDefault, Server()), "crl_and_ocsp");
  EXPECT_EQ(decided(RevocationSource::kCrl, Server()), "crl");
  EXPECT_EQ(decided(RevocationSource::kNone, std::nullopt), "none");
}

}  // namespace
}  // namespace fleetca::service

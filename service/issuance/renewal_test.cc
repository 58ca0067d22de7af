#include "service/issuance/renewal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/caller/caller.h"
#include "service/issuance/issuer.h"
#include "service/issuance/testing/holder.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/provenance.h"
#include "x509/certificate.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kWeb = testing::kAgent;
constexpr absl::string_view kRequestId = "0123456789abcdef";
constexpr absl::string_view kElsewhere = "203.0.113.9:2000";

x509::Certificate Parsed(const std::string& der) { return *x509::ParseCertificate(der); }

class RenewalTest : public ::testing::Test {
 protected:
  IssuedCertificate First() {
    const auto issued = ca_.Issue(MakeAgentCsr());
    EXPECT_THAT(issued, IsOk());
    return *issued;
  }
  absl::StatusOr<IssuedCertificate> Renewed(const IssuedCertificate& by,
                                            absl::string_view address = kHolderAddress) {
    return Renew(ca_, HolderOf(ca_, by, address));
  }

  TestIssuer ca_;
};

TEST_F(RenewalTest, KeepsIdentityKeyAndNamesWithoutACsr) {
  const IssuedCertificate first = First();
  ca_.clock().Advance(absl::Hours(12));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renewed(first));
  const x509::Certificate before = Parsed(first.certificate);
  const x509::Certificate after = Parsed(second.certificate);
  EXPECT_EQ(after.public_key.spki, before.public_key.spki);
  EXPECT_EQ(after.names, before.names);
  EXPECT_GT(second.not_after, first.not_after);
  EXPECT_NE(second.serial_number, first.serial_number);
  EXPECT_EQ(ca_.issuer().stats().issued, 2u);
  EXPECT_EQ(ca_.issuer().stats().renewed, 1u);
}

TEST_F(RenewalTest, TheRecordSaysItsPlaceInTheLine) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renewed(first));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate third, Renewed(second, kElsewhere));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record_1, ca_.store().GetBySerial(first.serial_number));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record_3, ca_.store().GetBySerial(third.serial_number));
  EXPECT_EQ(record_1.lineage, "");
  EXPECT_EQ(record_1.generation, 0u);
  EXPECT_EQ(record_3.lineage, first.serial_number);
  EXPECT_EQ(record_3.generation, 2u);
  for (const auto* record : {&record_1, &record_3}) {
    const x509::Certificate certificate = Parsed(record->certificate);
    EXPECT_EQ(record->issuer, certificate.authority_key_id);
    const auto digest = Sha256(certificate.public_key.spki);
    EXPECT_EQ(record->spki_sha256, absl::string_view(digest.data(), digest.size()));
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto line, ca_.store().GetLineage(first.serial_number));
  EXPECT_EQ(line.newest, third.serial_number);
  EXPECT_EQ(line.parent, second.serial_number);
  EXPECT_EQ(line.generation, 2u);
  EXPECT_EQ(line.address, kElsewhere);
}

TEST_F(RenewalTest, ProvenanceCountsTheLine) {
  TestIssuer ca({.provenance = true});
  FLEETCA_ASSERT_OK_AND_ASSIGN(IssuedCertificate newest, ca.Issue(MakeAgentCsr()));
  for (uint32_t generation = 0; generation < 3; ++generation) {
    const x509::Certificate certificate = Parsed(newest.certificate);
    const x509::Extension* extension = certificate.Find(x509::AuthzOids().provenance);
    ASSERT_NE(extension, nullptr);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto provenance, x509::ParseProvenance(extension->value));
    EXPECT_EQ(provenance.generation, generation);
    FLEETCA_ASSERT_OK_AND_ASSIGN(newest, Renew(ca, HolderOf(ca, newest)));
  }
  // It ends at the greatest number that the extension can hold.
  CertificateCaller holder = HolderOf(ca, newest);
  CallerCertificate held = *holder.held;
  held.generation = x509::kMaxGeneration;
  RecordingIssuance last("");
  last.AskAs(CertificateCaller{.spiffe_id = std::string(kWeb),
                               .held = std::make_shared<const CallerCertificate>(held)});
  IssuanceItem item(&last);
  item.renewed = CallerCertificateOf(*last.caller);
  EXPECT_EQ(GenerationOf(item), x509::kMaxGeneration);
}

TEST_F(RenewalTest, WithACsrItIsARekeyThatMustProveTheNewKey) {
  const IssuedCertificate first = First();
  const std::string csr = MakeCsr({.key_type = KeyType::kP384});
  const auto rekey = RenewalBy(HolderOf(ca_, first));
  rekey->request.csr_der = csr;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, ca_.Issue(*rekey));
  EXPECT_EQ(Parsed(second.certificate).public_key.algorithm, x509::PublicKeyAlgorithm::kP384);

  std::string broken = csr;
  broken.back() ^= 1;
  const auto unproved = RenewalBy(HolderOf(ca_, second));
  unproved->request.csr_der = broken;
  EXPECT_THAT(ca_.Issue(*unproved), Not(IsOk()));
}

TEST_F(RenewalTest, ThePolicyOfNowDecidesAndLeavesOutWhatItGrantsNoMore) {
  const IssuedCertificate first = First();
  PolicyOptions policy = testing::TestPolicyOptions();
  policy.revision = 2;
  for (RuleOptions& rule : policy.rules) {
    rule.dns_suffixes = {};
  }
  ca_.SetPolicy(policy);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renewed(first));
  EXPECT_THAT(Parsed(second.certificate).names,
              ElementsAre(x509::GeneralName{x509::NameType::kUri, kWeb}));
}

TEST_F(RenewalTest, IsForTheIdentityOfTheCertificateAlone) {
  const IssuedCertificate first = First();
  const auto named = RenewalBy(HolderOf(ca_, first));
  named->request.identity = "spiffe://fleet.test/svc/db";
  EXPECT_THAT(ca_.Issue(*named), IsInvalid(Reason::kRenewalInvalid, "identity"));
  const std::string csr =
      MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/db"}}});
  const auto by_csr = RenewalBy(HolderOf(ca_, first));
  by_csr->request.csr_der = csr;
  EXPECT_THAT(ca_.Issue(*by_csr), IsInvalid(Reason::kRenewalInvalid, "csr.subject_alt_name"));
  const auto own = RenewalBy(HolderOf(ca_, first));
  own->request.identity = kWeb;
  EXPECT_THAT(ca_.Issue(*own), IsOk());
}

TEST_F(RenewalTest, WhoShowsATokenHasNothingToRenew) {
  for (const Caller& caller : {Caller(JoinTokenCaller{.hash = std::string(32, 'h')}),
                               Caller(JwtCaller{.spiffe_id = std::string(kWeb)}),
                               Caller(OwnCaller{.spiffe_id = std::string(kWeb)}),
                               Caller(CertificateCaller{.spiffe_id = std::string(kWeb)})}) {
    RecordingIssuance renewal("");
    renewal.request.renewal = true;
    renewal.AskAs(caller);
    const auto outcome = ca_.Issue(renewal);
    EXPECT_THAT(outcome, IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalInvalid));
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr("without renewal"));
  }
}

TEST_F(RenewalTest, TheProfileIsThatOfTheCertificateUnlessAnotherIsNamed) {
  const IssuedCertificate first = First();
  const auto other = RenewalBy(HolderOf(ca_, first));
  other->request.profile = "nosuch";
  EXPECT_THAT(ca_.Issue(*other),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  CertificateCaller silent = HolderOf(ca_, first);
  CallerCertificate held = *silent.held;
  held.profile = "";
  silent.held = std::make_shared<const CallerCertificate>(held);
  EXPECT_THAT(Renew(ca_, silent), IsInvalid(Reason::kProfileUnknown, "profile"));
}

TEST_F(RenewalTest, ALifetimeMayBeAskedForAndJudgingIssuesNothing) {
  const IssuedCertificate first = First();
  const auto longer = RenewalBy(HolderOf(ca_, first));
  longer->request.lifetime = absl::Hours(48);
  longer->request.validate_only = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate judged, ca_.Issue(*longer));
  ASSERT_NE(judged.decision, nullptr);
  EXPECT_EQ(judged.decision->lifetime, absl::Hours(48));
  EXPECT_EQ(ca_.store().size(), 1u);
  EXPECT_EQ(ca_.issuer().stats().renewed, 0u);
}

TEST_F(RenewalTest, ARequestIdGivesTheSameCertificateAlsoToThatOne) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second,
                               Renew(ca_, HolderOf(ca_, first), kRequestId));
  for (const IssuedCertificate& by : {first, second}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again,
                                 Renew(ca_, HolderOf(ca_, by), kRequestId));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.certificate, second.certificate);
  }
  const auto kIsReused = IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused);
  // Another instance of the same identity must not get a certificate for this one's key.
  EXPECT_THAT(Renew(ca_, HolderOf(ca_, First()), kRequestId), kIsReused);
  const std::string csr = MakeAgentCsr();
  const auto rekey = RenewalBy(HolderOf(ca_, second), kRequestId);
  rekey->request.csr_der = csr;
  EXPECT_THAT(ca_.Issue(*rekey), kIsReused);
  RecordingIssuance anew(csr, kRequestId);
  EXPECT_THAT(ca_.Issue(anew), kIsReused);
}

// Made by `ca init`, or before the store was restored.
TEST_F(RenewalTest, ACertificateThatTheStoreDoesNotKnowBeginsALine) {
  TestIssuer before;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate unknown, before.Issue(MakeAgentCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate next, Renew(ca_, HolderOf(before, unknown)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record, ca_.store().GetBySerial(next.serial_number));
  EXPECT_EQ(record.lineage, unknown.serial_number);
  EXPECT_EQ(record.generation, 1u);
}

TEST(RenewalKeyTest, AKeyThatIsBlockedIsNotCertifiedAgain) {
  TestIssuer before;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, before.Issue(MakeAgentCsr()));
  const auto digest = Sha256(Parsed(issued.certificate).public_key.spki);
  TestIssuer ca({.blocked_keys = {std::string(digest.data(), digest.size())}});
  EXPECT_THAT(Renew(ca, HolderOf(before, issued)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
}

}  // namespace
}  // namespace fleetca::service

#include "service/issuance/renewal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/caller/caller.h"
#include "service/issuance/issuer.h"
#include "store/block.h"
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
using ::fleetca::testing::TestIssuerOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kWeb = testing::kAgent;
constexpr absl::string_view kRequestId = "0123456789abcdef";
constexpr absl::string_view kHome = "192.0.2.1:1000";
constexpr absl::string_view kThief = "203.0.113.9:2000";

const auto kIsStale = IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageStale);
const auto kIsBlocked = IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageBlocked);

std::string MakeWebCsr() {
  return MakeCsr({.names = {{x509::NameType::kUri, kWeb}, {x509::NameType::kDns, "a.fleet.test"}}});
}

TestIssuerOptions Blocking() {
  TestIssuerOptions options;
  options.policy.profiles[0].on_stale_lineage = StaleLineage::kBlock;
  return options;
}

x509::Certificate Parsed(const std::string& der) { return *x509::ParseCertificate(der); }

// Whoever has this certificate, as the issuing port knows it.
CertificateCaller HolderOf(TestIssuer& ca, const IssuedCertificate& issued,
                           absl::string_view address = kHome) {
  const auto record = ca.store().GetBySerial(issued.serial_number);
  EXPECT_THAT(record, IsOk());
  const x509::Certificate certificate = Parsed(record->certificate);
  const x509::GeneralNames others(certificate.names.begin() + 1, certificate.names.end());
  return {.spiffe_id = record->identity,
          .not_after = record->not_after,
          .other_names = others.empty() ? "" : x509::BuildSubjectAltName(others),
          .held = std::make_shared<const HeldCertificate>(
              HeldCertificate{.serial = record->serial,
                              .subject_public_key_info = std::string(certificate.public_key.spki),
                              .profile = record->profile,
                              .lineage = store::LineageOf(*record),
                              .generation = record->generation}),
          .address = std::string(address)};
}

// A renewal with the same key by this caller.
std::unique_ptr<RecordingIssuance> RenewalBy(CertificateCaller caller,
                                             absl::string_view request_id = "") {
  auto issuance = std::make_unique<RecordingIssuance>("", request_id);
  issuance->request.profile = "";
  issuance->request.renewal = true;
  issuance->AskAs(std::move(caller));
  return issuance;
}

absl::StatusOr<IssuedCertificate> Outcome(TestIssuer& ca, RecordingIssuance& issuance) {
  Issuance* batch = &issuance;
  ca.issuer().IssueBatch(absl::MakeSpan(&batch, 1));
  return issuance.outcome;
}

absl::StatusOr<IssuedCertificate> Renew(TestIssuer& ca, CertificateCaller caller,
                                        absl::string_view request_id = "") {
  return Outcome(ca, *RenewalBy(std::move(caller), request_id));
}

class RenewalTest : public ::testing::Test {
 protected:
  explicit RenewalTest(TestIssuerOptions options = {}) : ca_(std::move(options)) {}

  IssuedCertificate First() {
    const auto issued = ca_.Issue(MakeWebCsr());
    EXPECT_THAT(issued, IsOk());
    return *issued;
  }
  absl::StatusOr<IssuedCertificate> Renewed(const IssuedCertificate& by,
                                            absl::string_view address = kHome) {
    return Renew(ca_, HolderOf(ca_, by, address));
  }

  TestIssuer ca_;
};

class BlockingRenewalTest : public RenewalTest {
 protected:
  BlockingRenewalTest() : RenewalTest(Blocking()) {}
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
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate third, Renewed(second, kThief));
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
  EXPECT_EQ(line.address, kThief);
}

TEST_F(RenewalTest, ProvenanceCountsTheLine) {
  TestIssuer ca({.provenance = true});
  FLEETCA_ASSERT_OK_AND_ASSIGN(IssuedCertificate newest, ca.Issue(MakeWebCsr()));
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
  HeldCertificate held = *holder.held;
  held.generation = x509::kMaxGeneration;
  RecordingIssuance last("");
  last.AskAs(CertificateCaller{.spiffe_id = std::string(kWeb),
                               .held = std::make_shared<const HeldCertificate>(held)});
  IssuanceItem item(&last);
  item.renewed = HeldCertificateOf(*last.caller);
  EXPECT_EQ(GenerationOf(item), x509::kMaxGeneration);
}

TEST_F(RenewalTest, WithACsrItIsARekeyThatMustProveTheNewKey) {
  const IssuedCertificate first = First();
  const std::string csr = MakeCsr({.key_type = KeyType::kP384});
  const auto rekey = RenewalBy(HolderOf(ca_, first));
  rekey->request.csr_der = csr;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Outcome(ca_, *rekey));
  EXPECT_EQ(Parsed(second.certificate).public_key.algorithm, x509::PublicKeyAlgorithm::kP384);

  std::string broken = csr;
  broken.back() ^= 1;
  const auto unproved = RenewalBy(HolderOf(ca_, second));
  unproved->request.csr_der = broken;
  EXPECT_THAT(Outcome(ca_, *unproved), Not(IsOk()));
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

// Its answer may have been lost.
TEST_F(RenewalTest, TheOneBeforeMayAskAgainAndReplacesWhatCameOfIt) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate lost, Renewed(first));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renewed(first));
  EXPECT_THAT(Renewed(lost), kIsStale);
  EXPECT_THAT(Renewed(second), IsOk());
}

TEST_F(RenewalTest, ACopyIsRefusedWithAnAlarmThatNamesBoth) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first, kThief));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate mine, Renewed(first, kHome));
  ::testing::internal::CaptureStderr();
  const auto refused = Renewed(stolen, kThief);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(refused, kIsStale);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("Enroll anew"));
  EXPECT_THAT(log, HasSubstr("ALARM"));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("peer=", kThief)));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("newest_peer=", kHome)));
  EXPECT_THAT(log, HasSubstr(absl::BytesToHexString(stolen.serial_number)));
  EXPECT_THAT(log, HasSubstr(absl::BytesToHexString(mine.serial_number)));
  EXPECT_EQ(ca_.issuer().stats().stale_lineages, 1u);
  // The line goes on where the profile says no more than that.
  EXPECT_THAT(Renewed(mine), IsOk());
}

TEST_F(RenewalTest, TheLogIsBoundedAndTheCounterIsNot) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first));
  FLEETCA_ASSERT_OK(Renewed(first));
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(Renewed(stolen), kIsStale);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  size_t lines = 0;
  for (size_t at = log.find("ALARM"); at != std::string::npos; at = log.find("ALARM", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 10u);
  EXPECT_EQ(ca_.issuer().stats().stale_lineages, 100u);
}

TEST_F(BlockingRenewalTest, AfterACopyNobodyOfTheLineGetsAnything) {
  const IssuedCertificate first = First();
  const IssuedCertificate of_another_line = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first, kThief));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate mine, Renewed(first, kHome));
  EXPECT_THAT(Renewed(stolen, kThief), kIsStale);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const store::Block block,
      ca_.store().GetBlock({store::BlockKind::kLineage, first.serial_number}));
  EXPECT_THAT(block.reason, HasSubstr(std::string(kThief)));
  EXPECT_THAT(block.reason, HasSubstr(std::string(kHome)));
  EXPECT_FALSE(block.permanent);
  for (const IssuedCertificate& of_the_line : {first, stolen, mine}) {
    EXPECT_THAT(Renewed(of_the_line), kIsBlocked);
    // Nor another certificate that is no renewal, which would begin a line of its own.
    const std::string csr = MakeWebCsr();
    RecordingIssuance anew(csr);
    anew.AskAs(HolderOf(ca_, of_the_line));
    EXPECT_THAT(Outcome(ca_, anew), kIsBlocked);
  }
  EXPECT_EQ(ca_.issuer().stats().blocked_lineages, 6u);
  EXPECT_THAT(Renewed(of_another_line), IsOk());
}

// One write blocks it, and every item of the batch is told.
TEST_F(BlockingRenewalTest, SeveralCopiesInOneBatchAreOneBlock) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first));
  FLEETCA_ASSERT_OK(Renewed(first));
  const auto one = RenewalBy(HolderOf(ca_, stolen));
  const auto two = RenewalBy(HolderOf(ca_, stolen));
  const auto good = RenewalBy(HolderOf(ca_, First()));
  Issuance* batch[] = {one.get(), two.get(), good.get()};
  ca_.issuer().IssueBatch(batch);
  EXPECT_THAT(one->outcome, kIsStale);
  EXPECT_THAT(two->outcome, kIsStale);
  EXPECT_THAT(good->outcome, IsOk());
}

TEST_F(RenewalTest, IsForTheIdentityOfTheCertificateAlone) {
  const IssuedCertificate first = First();
  const auto named = RenewalBy(HolderOf(ca_, first));
  named->request.identity = "spiffe://fleet.test/svc/db";
  EXPECT_THAT(Outcome(ca_, *named), IsInvalid(Reason::kRenewalInvalid, "identity"));
  const std::string csr =
      MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/db"}}});
  const auto by_csr = RenewalBy(HolderOf(ca_, first));
  by_csr->request.csr_der = csr;
  EXPECT_THAT(Outcome(ca_, *by_csr), IsInvalid(Reason::kRenewalInvalid, "csr.subject_alt_name"));
  const auto own = RenewalBy(HolderOf(ca_, first));
  own->request.identity = kWeb;
  EXPECT_THAT(Outcome(ca_, *own), IsOk());
}

TEST_F(RenewalTest, WhoShowsATokenHasNothingToRenew) {
  for (const Caller& caller : {Caller(JoinTokenCaller{.hash = std::string(32, 'h')}),
                               Caller(JwtCaller{.spiffe_id = std::string(kWeb)}),
                               Caller(OwnCaller{.spiffe_id = std::string(kWeb)}),
                               Caller(CertificateCaller{.spiffe_id = std::string(kWeb)})}) {
    RecordingIssuance renewal("");
    renewal.request.renewal = true;
    renewal.AskAs(caller);
    const auto outcome = Outcome(ca_, renewal);
    EXPECT_THAT(outcome, IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalInvalid));
    EXPECT_THAT(std::string(outcome.status().message()), HasSubstr("without renewal"));
  }
}

TEST_F(RenewalTest, TheProfileIsThatOfTheCertificateUnlessAnotherIsNamed) {
  const IssuedCertificate first = First();
  const auto other = RenewalBy(HolderOf(ca_, first));
  other->request.profile = "nosuch";
  EXPECT_THAT(Outcome(ca_, *other),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  CertificateCaller silent = HolderOf(ca_, first);
  HeldCertificate held = *silent.held;
  held.profile = "";
  silent.held = std::make_shared<const HeldCertificate>(held);
  EXPECT_THAT(Renew(ca_, silent), IsInvalid(Reason::kProfileUnknown, "profile"));
}

TEST_F(RenewalTest, ALifetimeMayBeAskedForAndJudgingIssuesNothing) {
  const IssuedCertificate first = First();
  const auto longer = RenewalBy(HolderOf(ca_, first));
  longer->request.lifetime = absl::Hours(48);
  longer->request.validate_only = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate judged, Outcome(ca_, *longer));
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
  const std::string csr = MakeWebCsr();
  const auto rekey = RenewalBy(HolderOf(ca_, second), kRequestId);
  rekey->request.csr_der = csr;
  EXPECT_THAT(Outcome(ca_, *rekey), kIsReused);
  RecordingIssuance anew(csr, kRequestId);
  EXPECT_THAT(Outcome(ca_, anew), kIsReused);
}

// Made by `ca init`, or before the store was restored.
TEST_F(RenewalTest, ACertificateThatTheStoreDoesNotKnowBeginsALine) {
  TestIssuer before;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate unknown, before.Issue(MakeWebCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate next, Renew(ca_, HolderOf(before, unknown)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record, ca_.store().GetBySerial(next.serial_number));
  EXPECT_EQ(record.lineage, unknown.serial_number);
  EXPECT_EQ(record.generation, 1u);
}

TEST(RenewalKeyTest, AKeyThatIsBlockedIsNotCertifiedAgain) {
  TestIssuer before;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, before.Issue(MakeWebCsr()));
  const auto digest = Sha256(Parsed(issued.certificate).public_key.spki);
  TestIssuer ca({.blocked_keys = {std::string(digest.data(), digest.size())}});
  EXPECT_THAT(Renew(ca, HolderOf(before, issued)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
}

}  // namespace
}  // namespace fleetca::service

#include "service/issuance/issuer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "signer/local_signer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr char kRequestId[] = "0123456789abcdef";

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

// Counts what it signs, and fails where it is told to.
class FaultySigner : public signer::Signer {
 public:
  FaultySigner() : inner_(*signer::CreateLocalSigner(testing::NewTestKey(KeyType::kP256))) {}

  SignatureScheme scheme() const override { return inner_->scheme(); }
  absl::string_view public_key() const override { return inner_->public_key(); }
  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<signer::SignedMessage>> results) const override {
    inner_->SignBatch(messages, results);
    signed_ += messages.size();
    if (fail_at >= 0 && fail_at < static_cast<int>(results.size())) {
      results[fail_at] = Internal(Reason::kSigningFailed, "the token is gone");
    }
  }

  absl::Status Test() const override { return inner_->Test(); }

  mutable std::atomic<size_t> signed_{0};
  int fail_at = -1;

 private:
  std::unique_ptr<signer::Signer> inner_;
};

TEST(IssuerTest, IssuesWhatTheCsrAndTheProfileSay) {
  TestIssuer ca;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate issuer,
                               x509::ParseCertificate(ca.certificate()));
  FLEETCA_EXPECT_OK(x509::VerifySignedBy(certificate, issuer));
  EXPECT_EQ(certificate.SpiffeId(), "spiffe://fleet.test/svc/web");
  EXPECT_EQ(certificate.public_key.spki, testing::TestKey::OfType(KeyType::kP256).public_key());
  EXPECT_EQ(certificate.serial, issued.serial_number);
  EXPECT_EQ(certificate.not_before, ca.clock().Now() - absl::Minutes(1));
  EXPECT_EQ(certificate.not_after, ca.clock().Now() + absl::Hours(24));
  EXPECT_EQ(issued.not_before, certificate.not_before);
  EXPECT_EQ(issued.not_after, certificate.not_after);
  EXPECT_EQ(certificate.authority_key_id, issuer.subject_key_id);
  EXPECT_FALSE(certificate.is_ca);
  EXPECT_FALSE(issued.replayed);
}

TEST(IssuerTest, RecordsBeforeItAnswers) {
  TestIssuer ca;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr(), kRequestId));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::CertificateRecord record,
                               ca.store().GetBySerial(issued.serial_number));
  EXPECT_EQ(record.certificate, issued.certificate);
  EXPECT_EQ(record.identity, "spiffe://fleet.test/svc/web");
  EXPECT_EQ(record.requester, testing::kAgent);
  EXPECT_EQ(record.profile, "service");
  EXPECT_EQ(record.issued_at, ca.clock().Now());
  EXPECT_EQ(record.not_after, issued.not_after);
  EXPECT_EQ(record.request_key.size(), 32u);
}

TEST(IssuerTest, OneForbiddenItemAtAnyPositionFailsAlone) {
  TestIssuer ca;
  for (size_t bad = 0; bad < 10; ++bad) {
    std::vector<std::string> csrs(10, MakeCsr());
    csrs[bad] = MakeCsr(Named("spiffe://fleet.test/user/admin"));
    const auto outcomes = ca.IssueBatch(csrs);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (i == bad) {
        EXPECT_THAT(outcomes[i],
                    IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
      } else {
        EXPECT_THAT(outcomes[i], IsOk());
      }
    }
  }
  EXPECT_EQ(ca.store().size(), 90u);
  EXPECT_EQ(ca.issuer().stats().issued, 90u);
  EXPECT_EQ(ca.issuer().stats().refused, 10u);
}

TEST(IssuerTest, LateWorkCostsNoSignature) {
  FaultySigner signer;
  TestIssuer ca({.signer = &signer});
  const std::string csr = MakeCsr();
  RecordingIssuance late(csr);
  late.deadline = ca.clock().Now();
  RecordingIssuance cancelled(csr);
  cancelled.cancelled = true;
  const size_t before = signer.signed_;
  Issuance* batch[] = {&late, &cancelled};
  ca.issuer().IssueBatch(batch);
  EXPECT_THAT(late.outcome,
              IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_THAT(cancelled.outcome, IsError(absl::StatusCode::kCancelled, Reason::kCancelled));
  EXPECT_EQ(signer.signed_, before);
  EXPECT_EQ(ca.store().size(), 0u);
}

TEST(IssuerTest, DeniesWhoIsNotListedAndWhoHasExpired) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  RecordingIssuance stranger(csr);
  stranger.AskAs("spiffe://fleet.test/svc/db");
  RecordingIssuance expired(csr);
  expired.AskAs(
      CertificateCaller{.spiffe_id = std::string(testing::kAgent), .not_after = ca.clock().Now()});
  RecordingIssuance other_profile(csr);
  other_profile.request.profile = "nosuch";
  RecordingIssuance no_profile(csr);
  no_profile.request.profile = "";
  Issuance* batch[] = {&stranger, &expired, &other_profile, &no_profile};
  ca.issuer().IssueBatch(batch);
  EXPECT_THAT(stranger.outcome,
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_THAT(expired.outcome,
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
  EXPECT_THAT(other_profile.outcome,
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  EXPECT_THAT(no_profile.outcome, IsInvalid(Reason::kProfileUnknown, "profile"));
}

TEST(IssuerTest, ADenialIsInTheLogWithItsCallerAndReason) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  for (const bool validate_only : {false, true}) {
    RecordingIssuance stranger(csr);
    stranger.AskAs("spiffe://fleet.test/svc/db");
    stranger.request.validate_only = validate_only;
    Issuance* batch[] = {&stranger};
    ::testing::internal::CaptureStderr();
    ca.issuer().IssueBatch(batch);
    const std::string log = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(absl::StrContains(log, "The policy refused a certificate"), !validate_only) << log;
    EXPECT_EQ(absl::StrContains(log, "caller=spiffe://fleet.test/svc/db"), !validate_only) << log;
    EXPECT_EQ(absl::StrContains(log, "reason="), !validate_only) << log;
  }
}

TEST(IssuerTest, NothingLeavesThatTheStoreDidNotTake) {
  TestIssuer ca;
  ca.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  const auto outcomes = ca.IssueBatch(std::vector<std::string>(3, MakeCsr()));
  for (const auto& outcome : outcomes) {
    EXPECT_THAT(outcome, IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  }
  EXPECT_EQ(ca.issuer().stats().issued, 0u);
  // The id was not used up, and the CA goes on when the store does.
  EXPECT_THAT(ca.Issue(MakeCsr(), kRequestId),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  ca.store().FailAppends(absl::OkStatus());
  FLEETCA_EXPECT_OK(ca.Issue(MakeCsr(), kRequestId));
}

TEST(IssuerTest, AFailedSignatureCostsTheOthersNothing) {
  FaultySigner signer;
  TestIssuer ca({.signer = &signer});
  signer.fail_at = 1;
  const auto outcomes = ca.IssueBatch(std::vector<std::string>(3, MakeCsr()));
  EXPECT_THAT(outcomes[0], IsOk());
  EXPECT_THAT(outcomes[1], IsError(absl::StatusCode::kInternal, Reason::kSigningFailed));
  EXPECT_THAT(outcomes[2], IsOk());
  EXPECT_EQ(ca.store().size(), 2u);
}

TEST(IssuerTest, ValidateOnlyJudgesAndIssuesNothing) {
  FaultySigner signer;
  TestIssuer ca({.signer = &signer});
  const size_t before = signer.signed_;
  const std::string good = MakeCsr();
  std::string bad = MakeCsr();
  bad.back() ^= 1;
  RecordingIssuance would_pass(good, kRequestId);
  RecordingIssuance would_fail(bad);
  would_pass.request.validate_only = would_fail.request.validate_only = true;
  Issuance* batch[] = {&would_pass, &would_fail};
  ca.issuer().IssueBatch(batch);
  FLEETCA_ASSERT_OK(would_pass.outcome);
  EXPECT_EQ(would_pass.outcome->certificate, "");
  EXPECT_EQ(would_pass.outcome->not_after, ca.clock().Now() + absl::Hours(24));
  EXPECT_THAT(would_fail.outcome, IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  EXPECT_EQ(signer.signed_, before);
  EXPECT_EQ(ca.store().size(), 0u);
}

TEST(IssuerTest, RefusesTheCasOwnKey) {
  const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
  EVP_PKEY_up_ref(key.get());
  const auto signer = signer::CreateLocalSigner(EvpPkeyPtr(key.get()));
  FLEETCA_ASSERT_OK(signer);
  TestIssuer ca({.signer = signer->get()});
  CsrOptions options;
  options.key = key.get();
  EXPECT_THAT(ca.Issue(MakeCsr(options)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
}

TEST(IssuerTest, RefusesTheKeyOfARootThatCameLater) {
  const EvpPkeyPtr key = testing::NewTestKey(KeyType::kP256);
  EVP_PKEY_up_ref(key.get());
  const auto signer = signer::CreateLocalSigner(EvpPkeyPtr(key.get()));
  FLEETCA_ASSERT_OK(signer);
  const TestIssuer other({.signer = signer->get()});
  TestIssuer ca;
  CsrOptions options;
  options.key = key.get();
  FLEETCA_ASSERT_OK(ca.Issue(MakeCsr(options)).status());
  FLEETCA_ASSERT_OK(ca.issuer().NeverCertify({other.certificate()}));
  EXPECT_THAT(ca.Issue(MakeCsr(options)),
              IsInvalid(Reason::kKeyForbidden, "csr.subject_public_key_info"));
}

TEST(IssuerTest, NoCertificateOutlivesItsIssuer) {
  TestIssuer ca({.issuer_lifetime = absl::Hours(10)});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  EXPECT_EQ(issued.not_after, ca.clock().Now() + absl::Hours(10));
  ca.clock().Advance(absl::Hours(10) - absl::Seconds(59));
  EXPECT_THAT(ca.Issue(MakeCsr()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kIssuerExpiring));
}

TEST(IssuerTest, AWrongKeyOrNoCaIsFoundAtStart) {
  TestIssuer ca;
  FaultySigner other;
  store::MemoryStore store;
  const auto possession = x509::PossessionVerifier::CreateOpenSsl();
  const auto create = [&](std::string certificate, const signer::Signer* signer) {
    return Issuer::Create({.issuer_certificate = std::move(certificate),
                           .ca_certificates = {},
                           .policies = &ca.policies(),
                           .signer = signer,
                           .store = &store,
                           .possession = possession.get(),
                           .clock = &ca.clock()})
        .status();
  };
  FLEETCA_EXPECT_OK(create(ca.certificate(), &ca.signer()));
  EXPECT_THAT(create(ca.certificate(), &other),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate leaf, ca.Issue(MakeCsr()));
  EXPECT_THAT(create(leaf.certificate, &ca.signer()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  ca.clock().Advance(absl::Hours(24 * 365));
  EXPECT_THAT(create(ca.certificate(), &ca.signer()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kIssuerExpiring));
}

}  // namespace
}  // namespace fleetca::service

// What certificates say and never say, by item of the issuance checklist.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "tests/conformance/checklist_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/tbs.h"

namespace fleetca {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeExtensionRequest;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using x509::NameType;
namespace der = x509::der;
namespace oid = x509::oid;

using ::fleetca::testing::ChecklistTest;
using ::fleetca::testing::SanExtension;

TEST_F(ChecklistTest, Checklist06_NothingOfTheCsrButItsKeyAndAllowedNames) {
  constexpr absl::string_view kMustStaple = oid::Bytes("\x2b\x06\x01\x05\x05\x07\x01\x18");
  constexpr absl::string_view kCtPoison = oid::Bytes("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03");
  constexpr absl::string_view kCodeSigning = oid::Bytes("\x2b\x06\x01\x05\x05\x07\x03\x03");
  CsrOptions options;
  options.extra_extensions = absl::StrCat(
      MakeExtension(oid::kBasicConstraints,
                    der::Encode(der::kSequence, absl::string_view("\x01\x01\xff", 3)), true),
      MakeExtension(oid::kKeyUsage, absl::string_view("\x03\x02\x02\x04", 4), true),
      MakeExtension(oid::kExtendedKeyUsage,
                    der::Encode(der::kSequence, der::Encode(der::kOid, kCodeSigning))),
      MakeExtension(kMustStaple, der::Encode(der::kSequence, absl::string_view("\x02\x01\x05", 3))),
      MakeExtension(kCtPoison, absl::string_view("\x05\x00", 2), true));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate issued,
                               ca_.Issue(MakeCsr(options)));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_FALSE(certificate.is_ca);
  EXPECT_EQ(certificate.key_usage, x509::kDigitalSignature);
  EXPECT_THAT(certificate.extended_key_usage,
              ::testing::UnorderedElementsAre(oid::kServerAuth, oid::kClientAuth));
  EXPECT_EQ(certificate.Find(kMustStaple), nullptr);
  EXPECT_EQ(certificate.Find(kCtPoison), nullptr);

  // The fleet's own arc is not dropped but refused, as an extension and as an attribute.
  const std::string ours = absl::StrCat(oid::kDefaultFleetArc, absl::string_view("\x01\x01", 2));
  CsrOptions arc;
  arc.extra_extensions = MakeExtension(ours, absl::string_view("\x05\x00", 2));
  EXPECT_THAT(Try(arc), IsInvalid(Reason::kCsrExtensionRefused, "csr.extensions"));
  EXPECT_EQ(
      GetReason(TryAttributes(absl::StrCat(MakeExtensionRequest(SanExtension()),
                                           MakeAttribute(ours, absl::string_view("\x05\x00", 2))))),
      Reason::kCsrExtensionRefused);
}

TEST_F(ChecklistTest, Checklist07_NamesAreTheCallersToAskAndPolicysToGrant) {
  for (size_t bad = 0; bad < 10; ++bad) {
    std::vector<std::string> csrs(10, MakeCsr());
    CsrOptions forbidden;
    forbidden.names = {{NameType::kDns, "www.elsewhere.example"}};
    csrs[bad] = MakeCsr(forbidden);
    const auto outcomes = ca_.IssueBatch(csrs);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      EXPECT_EQ(outcomes[i].ok(), i != bad) << outcomes[i].status();
    }
    EXPECT_THAT(outcomes[bad], IsInvalid(Reason::kSanNotAllowed, "csr.subject_alt_name"));
  }
  // The same CSR from a caller without the right gets nothing.
  const std::string csr = MakeCsr();
  RecordingIssuance stranger(csr);
  stranger.AskAs("spiffe://fleet.test/svc/db");
  service::Issuance* batch[] = {&stranger};
  ca_.issuer().IssueBatch(batch);
  EXPECT_THAT(stranger.outcome,
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
}

TEST_F(ChecklistTest, Checklist13_SerialsArePositiveAndUniqueAcrossRestartsAndInstances) {
  std::set<std::string> serials;
  size_t issued = 0;
  for (const uint16_t instance : {1, 2}) {
    for (int restart = 0; restart < 2; ++restart) {
      store::MemoryStore store(instance);
      TestIssuer ca({.store = &store});  // the same instant each time: the clock stands still
      for (const auto& outcome : ca.IssueBatch(std::vector<std::string>(250, MakeCsr()))) {
        FLEETCA_ASSERT_OK(outcome);
        EXPECT_EQ(outcome->serial_number.size(), 20u);
        EXPECT_EQ(outcome->serial_number[0], '\x01');
        serials.insert(outcome->serial_number);
        ++issued;
      }
    }
  }
  EXPECT_EQ(serials.size(), issued);
}

// Keeps what it is given to sign, and tries to sign it a second time.
class WitnessSigner : public signer::Signer {
 public:
  explicit WitnessSigner(const signer::Signer& inner) : inner_(inner) {}

  SignatureScheme scheme() const override { return inner_.scheme(); }
  absl::string_view public_key() const override { return inner_.public_key(); }
  void SignBatch(absl::Span<Prepared> messages,
                 absl::Span<absl::StatusOr<signer::SignedMessage>> results) const override {
    messages_.clear();
    for (const Prepared& message : messages) {
      messages_.emplace_back(message.bytes());
    }
    inner_.SignBatch(messages, results);
    again_.assign(messages.size(), absl::UnknownError("not tried"));
    inner_.SignBatch(messages, absl::MakeSpan(again_));
  }
  absl::Status Test() const override { return inner_.Test(); }

  mutable std::vector<std::string> messages_;
  mutable std::vector<absl::StatusOr<signer::SignedMessage>> again_;

 private:
  const signer::Signer& inner_;
};

TEST_F(ChecklistTest, Checklist14_WhatIsSignedIsWhatWasLintedAndOnce) {
  WitnessSigner witness(ca_.signer());
  TestIssuer ca({.signer = &witness});
  const auto outcomes = ca.IssueBatch(std::vector<std::string>(3, MakeCsr()));
  ASSERT_EQ(witness.messages_.size(), 3u);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    FLEETCA_ASSERT_OK(outcomes[i]);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                                 x509::ParseCertificate(outcomes[i]->certificate));
    EXPECT_EQ(certificate.tbs, witness.messages_[i]);
    EXPECT_THAT(witness.again_[i], IsError(absl::StatusCode::kInternal, Reason::kSigningFailed));
  }
  // Nobody but the lint makes what a signer takes.
  static_assert(!std::is_constructible_v<Prepared, std::string>);
  static_assert(!std::is_copy_constructible_v<Prepared>);
}

TEST_F(ChecklistTest, Checklist15_WhatEveryCertificateSays) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate issued, ca_.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate issuer,
                               x509::ParseCertificate(ca_.certificate()));
  EXPECT_LE(certificate.not_after, issuer.not_after);
  EXPECT_EQ(certificate.not_before, ca_.clock().Now() - absl::Minutes(1));
  EXPECT_EQ(certificate.authority_key_id, issuer.subject_key_id);
  EXPECT_EQ(certificate.issuer, issuer.subject);
  ASSERT_NE(certificate.Find(oid::kKeyUsage), nullptr);
  EXPECT_TRUE(certificate.Find(oid::kKeyUsage)->critical);
  ASSERT_NE(certificate.Find(oid::kSubjectAltName), nullptr);
  EXPECT_TRUE(certificate.Find(oid::kSubjectAltName)->critical) << "the subject is empty";
  // On both sides of the cut-over from UTCTime to GeneralizedTime.
  testing::FakeClock at_the_end_of_2049(
      absl::FromCivil(absl::CivilSecond(2049, 12, 31, 12, 0, 0), absl::UTCTimeZone()));
  TestIssuer ca({.clock = &at_the_end_of_2049});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::IssuedCertificate late, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate crossing,
                               x509::ParseCertificate(late.certificate));
  EXPECT_EQ(crossing.not_after, at_the_end_of_2049.Now() + absl::Hours(24));
  EXPECT_NE(late.certificate.find("\x17\x0d"
                                  "491231115900Z"),
            std::string::npos)
      << "UTCTime";
  EXPECT_NE(late.certificate.find("\x18\x0f"
                                  "20500101120000Z"),
            std::string::npos)
      << "GeneralizedTime";
}

}  // namespace
}  // namespace fleetca

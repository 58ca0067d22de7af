#include "service/revocation/ocsp_delegation.h"

#include <memory>
#include <string>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/revocation/ocsp_delegate_issuance.h"
#include "service/revocation/testing/revoking_ca.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/revocation/ocsp_delegate.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class OcspDelegationTest : public ::testing::Test {
 protected:
  std::unique_ptr<OcspDelegation> Make() {
    auto made = OcspDelegation::Create(
        ca_.ca.certificate,
        [this](absl::string_view key, absl::Time now) -> absl::StatusOr<std::string> {
          ++asked_;
          return fault_.ok() ? ca_.delegate_issue()(key, now) : absl::StatusOr<std::string>(fault_);
        },
        absl::Hours(8), ca_.clock_rule);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }

  RevokingCa ca_{1};
  absl::Status fault_;
  int asked_ = 0;
};

TEST_F(OcspDelegationTest, ItsCertificateIsAResponders) {
  const auto delegation = Make();
  EXPECT_EQ(delegation->Current(), nullptr);
  EXPECT_EQ(GetReason(delegation->status()), Reason::kOcspNotAnswered);
  delegation->Look();
  FLEETCA_EXPECT_OK(delegation->status());
  const auto delegate = delegation->Current();
  ASSERT_NE(delegate, nullptr);
  const auto certificate = x509::ParseCertificate(delegate->certificate);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(x509::OcspDelegateFault(*certificate, ca_.certificate), nullptr);
  EXPECT_LE(certificate->not_after, x509::kTestNow + absl::Hours(24 * 7));
  FLEETCA_EXPECT_OK(x509::VerifySignedBy(*certificate, ca_.certificate));
  // It is in the inventory as every other certificate.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto record, ca_.store.GetBySerial(certificate->serial));
  EXPECT_EQ(record.certificate, delegate->certificate);
  EXPECT_EQ(record.profile, kOcspDelegateProfile);
  EXPECT_EQ(record.issuer, ca_.ca.key_id);
}

TEST_F(OcspDelegationTest, RenewsItselfDaysBeforeTheEndWithAnotherKey) {
  const auto delegation = Make();
  delegation->Look();
  const auto first = delegation->Current();
  ASSERT_NE(first, nullptr);
  delegation->Look();
  EXPECT_EQ(delegation->Current(), first);
  EXPECT_EQ(asked_, 1);
  ca_.Advance(absl::Hours(24 * 3));
  delegation->Look();
  EXPECT_EQ(delegation->Current(), first);
  ca_.Advance(absl::Hours(12));
  delegation->Look();
  EXPECT_NE(delegation->Current(), first);
  EXPECT_NE(delegation->Current()->signer->public_key(), first->signer->public_key());
  EXPECT_EQ(asked_, 2);
}

TEST_F(OcspDelegationTest, AFailureLeavesTheOldOneAndIsTriedAgain) {
  fault_ = Unavailable(Reason::kStoreUnavailable, "The disk is full");
  const auto delegation = Make();
  delegation->Look();
  EXPECT_EQ(delegation->Current(), nullptr);
  EXPECT_THAT(delegation->status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  fault_ = absl::OkStatus();
  delegation->Look();
  EXPECT_EQ(asked_, 1);  // not at once
  ca_.Advance(absl::Seconds(10));
  delegation->Look();
  EXPECT_NE(delegation->Current(), nullptr);
  FLEETCA_EXPECT_OK(delegation->status());
}

TEST_F(OcspDelegationTest, ACertificateOfAnotherKeyIsNotTaken) {
  std::string first;
  auto made = OcspDelegation::Create(
      ca_.ca.certificate,
      [&](absl::string_view key, absl::Time now) -> absl::StatusOr<std::string> {
        const auto other = testing::TestKey::Make(KeyType::kP256);
        return ca_.delegate_issue()(other.public_key(), now);
      },
      absl::Hours(8), ca_.clock_rule);
  ASSERT_TRUE(made.ok());
  (*made)->Look();
  EXPECT_THAT((*made)->status(), IsError(absl::StatusCode::kInternal, Reason::kInternal));
  EXPECT_EQ((*made)->Current(), nullptr);
}

TEST_F(OcspDelegationTest, AnIssuerThatHasEndedHasNone) {
  ca_.Advance(ca_.ca.not_after - ca_.clock.Now());
  const auto delegation = Make();
  delegation->Look();
  EXPECT_THAT(delegation->status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kIssuerExpiring));
}

}  // namespace
}  // namespace fleetca::service

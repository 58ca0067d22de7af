// Renewals by a proof: each proof is good for one certificate, and nothing but that uses it up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/errors.h"
#include "service/caller/caller.h"
#include "service/issuance/issuer.h"
#include "service/issuance/testing/holder.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::TestIssuer;

constexpr absl::string_view kWeb = testing::kAgent;
constexpr absl::string_view kRequestId = "0123456789abcdef";

const auto kIsRefused = IsError(absl::StatusCode::kUnauthenticated, Reason::kRenewalProofInvalid);

class RenewalByProofTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto issued = ca_.Issue(MakeCsr({.names = {{x509::NameType::kUri, kWeb}}}));
    FLEETCA_ASSERT_OK(issued);
    first_ = *issued;
  }

  OneUseJwt NewProof() {
    std::string hash(32, 'p');
    hash[0] = static_cast<char>(++last_proof_);
    return {.id_hash = hash,
            .expires_at = ca_.clock().Now() + absl::Minutes(1),
            .unused_before = ca_.clock().Now() - absl::Minutes(1)};
  }

  // As RenewalProofs finds it.
  CertificateCaller Prover(const IssuedCertificate& issued, OneUseJwt proof) {
    CertificateCaller holder = HolderOf(ca_, issued);
    holder.proof = std::move(proof);
    return holder;
  }

  absl::StatusOr<IssuedCertificate> Renew(CertificateCaller caller,
                                          absl::string_view request_id = "",
                                          bool validate_only = false) {
    const auto issuance = RenewalBy(std::move(caller), request_id);
    issuance->request.validate_only = validate_only;
    return ca_.Issue(*issuance);
  }
  absl::StatusOr<IssuedCertificate> Renew(const OneUseJwt& proof, absl::string_view request_id = "",
                                          bool validate_only = false) {
    return Renew(Prover(first_, proof), request_id, validate_only);
  }

  TestIssuer ca_;
  IssuedCertificate first_;
  int last_proof_ = 0;
};

TEST_F(RenewalByProofTest, IsGoodForOneCertificate) {
  const OneUseJwt proof = NewProof();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, Renew(proof));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::JwtUse use, ca_.store().GetJwtUse(proof.id_hash));
  EXPECT_EQ(use.serial, issued.serial_number);
  EXPECT_THAT(Renew(proof), kIsRefused);
  EXPECT_THAT(Renew(proof, kRequestId), kIsRefused);
  FLEETCA_EXPECT_OK(Renew(NewProof()));
  EXPECT_EQ(ca_.issuer().stats().renewed, 2u);
  EXPECT_EQ(ca_.issuer().stats().renewed_by_proof, 2u);
  EXPECT_EQ(ca_.issuer().stats().refused_proofs, 2u);
}

TEST_F(RenewalByProofTest, ALostAnswerIsGivenAgainByTheSameProofAndByAnother) {
  const OneUseJwt proof = NewProof();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, Renew(proof, kRequestId));
  const OneUseJwt other = NewProof();
  for (const OneUseJwt& shown : {proof, other}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate again, Renew(shown, kRequestId));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.certificate, issued.certificate);
  }
  // An answer that is given again uses nothing up.
  FLEETCA_EXPECT_OK(Renew(other));
}

TEST_F(RenewalByProofTest, WhatEndsWithoutACertificateDoesNotUseItUp) {
  const OneUseJwt proof = NewProof();
  FLEETCA_EXPECT_OK(Renew(proof, "", true));
  ca_.store().FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  EXPECT_THAT(Renew(proof), IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  ca_.store().FailAppends(absl::OkStatus());
  FLEETCA_EXPECT_OK(Renew(proof));
}

TEST_F(RenewalByProofTest, OneThatWaitedTooLongIsRefused) {
  const OneUseJwt proof = NewProof();
  ca_.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(Renew(proof), kIsRefused);
}

// It may have been used since the copy was made.
TEST_F(RenewalByProofTest, OneFromBeforeTheStoreWasRestoredIsRefused) {
  const OneUseJwt before = NewProof();
  ca_.store().SetJwtsNotBefore(ca_.clock().Now());
  EXPECT_THAT(Renew(before), kIsRefused);
  ca_.clock().Advance(absl::Minutes(1));
  FLEETCA_EXPECT_OK(Renew(NewProof()));
}

TEST_F(RenewalByProofTest, TheGraceLetsOneAskThatHasEndedAndNoLonger) {
  const absl::Time end = first_.not_after;
  ca_.clock().Set(end + absl::Minutes(5));
  EXPECT_THAT(Renew(NewProof()),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
  CertificateCaller late = Prover(first_, NewProof());
  late.grace = absl::Minutes(10);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, Renew(std::move(late)));
  EXPECT_GT(issued.not_after, end + absl::Hours(1));
  CertificateCaller too_late = Prover(first_, NewProof());
  too_late.grace = absl::Minutes(5);
  EXPECT_THAT(Renew(std::move(too_late)),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
}

TEST_F(RenewalByProofTest, ACopyOfAKeyIsFoundAsByAHandshake) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renew(NewProof()));
  FLEETCA_EXPECT_OK(Renew(Prover(second, NewProof())));
  EXPECT_THAT(Renew(NewProof()),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageStale));
}

}  // namespace
}  // namespace fleetca::service

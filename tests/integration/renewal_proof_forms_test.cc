// The proofs that the client makes are those that the server reads, for every kind of key.
#include <gtest/gtest.h>

#include <string>

#include "base/crypto_types.h"
#include "base/errors.h"
#include "client/renewal_proof.h"
#include "service/jwt/renewal_proof.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/spiffe_id.h"
#include "x509/testing/test_ca.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;
using x509::kTestNow;

constexpr absl::string_view kDomain = "fleet.example";

class RenewalProofFormsTest : public ::testing::TestWithParam<KeyType> {
 protected:
  absl::StatusOr<std::string> Make(absl::string_view csr) const {
    return client::MakeRenewalProof(
        {.certificate_der = leaf_, .key = key_.get(), .server_identity = identity_, .csr_der = csr},
        kTestNow);
  }
  absl::StatusOr<service::RenewalProof> Read(absl::string_view proof, absl::string_view csr) const {
    return service::RenewalProof::Read(
        proof, {.audience = audience_, .csr_der = csr, .now = kTestNow + absl::Seconds(59)});
  }

  const std::string identity_ = x509::ServerIdentity(kDomain);
  const std::string audience_ = service::RenewalProofAudience(kDomain);
  const TestKey& key_ = TestKey::OfType(GetParam());
  const x509::TestCa ca_ =
      x509::MakeTestIssuingCa(x509::MakeTestRoot(KeyType::kP256), KeyType::kP256);
  const std::string leaf_ = x509::IssueLeaf(ca_, key_);
};

INSTANTIATE_TEST_SUITE_P(Keys, RenewalProofFormsTest,
                         ::testing::Values(KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                           KeyType::kEd25519));

TEST_P(RenewalProofFormsTest, WhatTheClientMakesTheServerReads) {
  for (const absl::string_view csr : {"", "the DER of a CSR"}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string proof, Make(csr));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const service::RenewalProof read, Read(proof, csr));
    FLEETCA_EXPECT_OK(read.CheckSignature());
    EXPECT_EQ(read.certificate(), leaf_);
    EXPECT_FALSE(Read(proof, "another CSR").ok());
  }
}

TEST_P(RenewalProofFormsTest, NoTwoAreTheSameAndNoneIsForAnotherCa) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string one, Make(""));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string two, Make(""));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::RenewalProof first, Read(one, ""));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const service::RenewalProof second, Read(two, ""));
  EXPECT_NE(first.use().id_hash, second.use().id_hash);
  EXPECT_THAT(
      service::RenewalProof::Read(one, {.audience = service::RenewalProofAudience("other.example"),
                                        .csr_der = "",
                                        .now = kTestNow}),
      IsError(absl::StatusCode::kUnauthenticated, Reason::kRenewalProofInvalid));
}

}  // namespace
}  // namespace fleetca

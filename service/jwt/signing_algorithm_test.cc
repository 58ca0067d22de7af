#include "service/jwt/signing_algorithm.h"

#include <gtest/gtest.h>

namespace fleetca::service {
namespace {

TEST(SigningAlgorithmTest, NamesNoUnsignedAndNoSymmetricOne) {
  for (int i = 0; i <= static_cast<int>(SigningAlgorithm::kEs384); ++i) {
    const auto algorithm = static_cast<SigningAlgorithm>(i);
    EXPECT_EQ(ParseSigningAlgorithm(SigningAlgorithmName(algorithm)), algorithm);
  }
  for (const absl::string_view name :
       {"none", "HS256", "HS384", "HS512", "rs256", "ES512", "ES256K", "EdDSA", "RSA-OAEP", ""}) {
    EXPECT_EQ(ParseSigningAlgorithm(name), std::nullopt) << name;
  }
}

// None of them can be chosen, and what is no signature by a key pair is not even read on.
TEST(SigningAlgorithmTest, KnowsTheSignaturesOfOthers) {
  for (const absl::string_view name : {"ES512", "ES256K", "EdDSA", "Ed25519", "ML-DSA-65"}) {
    EXPECT_TRUE(IsOtherSignature(name)) << name;
    EXPECT_EQ(ParseSigningAlgorithm(name), std::nullopt) << name;
  }
  for (const absl::string_view name : {"none", "HS256", "RS256", "eddsa", "RSA-OAEP", ""}) {
    EXPECT_FALSE(IsOtherSignature(name)) << name;
  }
}

}  // namespace
}  // namespace fleetca::service

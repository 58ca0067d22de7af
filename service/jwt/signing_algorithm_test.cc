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

}  // namespace
}  // namespace fleetca::service

// The key by itself, without the checks of its callers before it.
#include "service/jwt/verification_key.h"

#include <gtest/gtest.h>

#include <string>

#include "service/jwt/base64url.h"
#include "service/jwt/jwks.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeHmacToken;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::TestKey;

std::shared_ptr<const VerificationKey> KeyOf(const TestKey& key) {
  return JwkSet::Parse(MakeJwks({MakeJwk(key, "k")}))->Find("k")->front().key;
}

TEST(VerificationKeyTest, TheAlgorithmIsTheOneThatTheKeyIsFor) {
  const TestKey& p384 = TestKey::OfType(KeyType::kP384);
  const auto key = KeyOf(p384);
  EXPECT_TRUE(
      key->Verifies(MakeToken(R"({"alg":"ES384"})", "{}", p384, SignatureScheme::kEcdsaSha384),
                    SigningAlgorithm::kEs384));
  // True signatures all, with the wrong hash for the curve: cjose alone would take the first.
  const std::string other =
      MakeToken(R"({"alg":"ES256"})", "{}", p384, SignatureScheme::kEcdsaSha256);
  EXPECT_FALSE(key->Verifies(other, SigningAlgorithm::kEs256));
  EXPECT_FALSE(key->Verifies(other, SigningAlgorithm::kEs384));
  EXPECT_FALSE(key->Verifies(other, SigningAlgorithm::kRs256));
}

TEST(VerificationKeyTest, TheHeaderNamesTheAlgorithmThatIsAskedFor) {
  const TestKey& rsa = TestKey::OfType(KeyType::kRsa2048);
  const auto key = KeyOf(rsa);
  const std::string rs384 =
      MakeToken(R"({"alg":"RS384"})", "{}", rsa, SignatureScheme::kRsaPkcs1Sha384);
  EXPECT_TRUE(key->Verifies(rs384, SigningAlgorithm::kRs384));
  EXPECT_FALSE(key->Verifies(rs384, SigningAlgorithm::kRs256));
  EXPECT_FALSE(key->Verifies(rs384, SigningAlgorithm::kPs384));
  EXPECT_FALSE(key->Verifies(MakeHmacToken(R"({"alg":"HS256"})", "{}", rsa.public_key()),
                             SigningAlgorithm::kRs256));
}

TEST(VerificationKeyTest, AnythingElseIsNoSignature) {
  const auto key = KeyOf(TestKey::OfType(KeyType::kP256));
  for (const absl::string_view text :
       {"", ".", "..", "...", "a", "e30.e30.e30", "e30.e30.", "..AA"}) {
    EXPECT_FALSE(key->Verifies(text, SigningAlgorithm::kEs256)) << text;
  }
}

TEST(VerificationKeyTest, RefusesWhatIsNoKey) {
  const auto invalid = IsError(absl::StatusCode::kInvalidArgument, Reason::kKeyInvalid);
  const std::string odd(256, '\xff');
  const std::string zeros(32, '\0');
  const std::string exponent = *DecodeBase64Url("AQAB");
  FLEETCA_EXPECT_OK(VerificationKey::CreateRsa(odd, exponent));
  EXPECT_THAT(VerificationKey::CreateRsa("", exponent), invalid);
  EXPECT_THAT(VerificationKey::CreateRsa(odd, ""), invalid);
  EXPECT_THAT(VerificationKey::CreateRsa(odd, "\x01"), invalid);
  EXPECT_THAT(VerificationKey::CreateRsa(odd, "\x02"), invalid);
  EXPECT_THAT(VerificationKey::CreateRsa(std::string(1, '\0') + odd, exponent), invalid);
  EXPECT_THAT(VerificationKey::CreateRsa(odd + '\xfe', exponent), invalid);
  EXPECT_THAT(VerificationKey::CreateEc(JwkKind::kP256, zeros, zeros), invalid);
  EXPECT_THAT(VerificationKey::CreateEc(JwkKind::kP384, zeros, zeros), invalid);
  EXPECT_THAT(VerificationKey::CreateEc(JwkKind::kRsa, zeros, zeros), invalid);
}

}  // namespace
}  // namespace fleetca::service

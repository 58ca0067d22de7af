// Tokens whose keys their issuer publishes and nobody can use: the operator sees why, in the log,
// and the caller does not.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "service/jwt/jwt_verifier.h"
#include "service/jwt/testing/jwt_maker.h"
#include "service/jwt/testing/jwt_verifier_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::JwtVerifierTest;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::P256;
using ::fleetca::testing::Payload;
using ::fleetca::testing::Rsa;
using ::fleetca::testing::TestKey;

class LeftOutJwkTest : public JwtVerifierTest {
 protected:
  LeftOutJwkTest() {
    source_->Set(*JwkSet::Parse(
        MakeJwks({R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA","kid":"p521"})",
                  MakeJwk(P256(), "enc", R"("use":"enc",)"),
                  R"({"kty":"OKP","crv":"Ed25519","x":"AA","kid":"ed"})",
                  MakeJwk(TestKey::MakeRsa(1024, 65537), "short"), MakeJwk(P256(), "both"),
                  MakeJwk(Rsa(), "both", R"("alg":"RSA-OAEP",)"), R"({"kty":"oct"})"})));
  }

  static std::string Token(absl::string_view alg, absl::string_view kid) {
    return MakeToken(absl::StrCat(R"({"alg":")", alg, R"(","kid":")", kid, R"("})"), Payload(),
                     P256(), SignatureScheme::kEcdsaSha256);
  }
};

constexpr absl::string_view kLeftOut = "; of the issuer's JWK set, this was left out: key ";

TEST_F(LeftOutJwkTest, IsTheReasonOfATokenThatNamesIt) {
  ExpectRefused(Token("ES256", "p521"), absl::StrCat("has no key \"p521\" that can be used",
                                                     kLeftOut, "\"p521\" is of curve P-521"));
  ExpectRefused(Token("ES256", "enc"),
                absl::StrCat(kLeftOut, "\"enc\" is not for signatures: its use is \"enc\""));
  ExpectRefused(Token("ES384", "ed"), absl::StrCat(kLeftOut, "\"ed\" is of kind OKP"));
  ExpectRefused(Token("RS256", "short"), absl::StrCat(kLeftOut, "\"short\" is RSA of 1024 bits"));
  // The issuer may have mended it since.
  EXPECT_EQ(source_->unknown_keys, 4);
  ExpectRefused(Token("RS512", "short"),
                absl::StrCat("is not pinned for https://issuer.test", kLeftOut, "\"short\""));
  // What such keys sign themselves.
  ExpectRefused(Token("EdDSA", "ed"),
                absl::StrCat("alg EdDSA is not a signature algorithm that can "
                             "be pinned",
                             kLeftOut, "\"ed\" is of kind OKP"));
  ExpectRefused(Token("ES512", "p521"), absl::StrCat(kLeftOut, "\"p521\" is of curve P-521"));
  ExpectRefused(Token("ES256", "other"), "has no key \"other\" that is known yet");
}

TEST_F(LeftOutJwkTest, LeavesTheTokensOfAKeyOfItsName) {
  FLEETCA_EXPECT_OK(Verify(Token("ES256", "both")));
  ExpectRefused(Token("RS256", "both"), absl::StrCat("is not for RS256", kLeftOut,
                                                     "\"both\" is for the algorithm RSA-OAEP"));
}

TEST_F(LeftOutJwkTest, MayBeTheKeyOfATokenThatNamesNone) {
  ExpectRefused(
      MakeToken(R"({"alg":"RS256"})", Payload(), Rsa(), SignatureScheme::kRsaPkcs1Sha256),
      absl::StrCat("has 0 keys for RS256 that can be used", kLeftOut, "\"p521\" is of curve"));
  EXPECT_THAT(detail_, ::testing::EndsWith("; and 5 more"));
}

}  // namespace
}  // namespace fleetca::service

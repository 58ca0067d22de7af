#include "service/jwt/jwks.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/jwt/token_maker.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::Base64Url;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::TestKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TestKey& P256() { return TestKey::OfType(KeyType::kP256); }
const TestKey& Rsa() { return TestKey::OfType(KeyType::kRsa2048); }

TEST(JwkSetTest, KeepsKeysThatVerifySignatures) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(MakeJwks({MakeJwk(Rsa(), "r", R"("use":"sig","alg":"PS256",)"),
                              MakeJwk(P256(), "e", R"("key_ops":["verify"],"x5t":"ignored",)"),
                              MakeJwk(TestKey::OfType(KeyType::kP384), "f")})));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_THAT(set.left_out(), ElementsAre());
  ASSERT_NE(set.Find("r"), nullptr);
  EXPECT_EQ(set.Find("r")->key->kind(), JwkKind::kRsa);
  EXPECT_EQ(set.Find("r")->algorithm, SigningAlgorithm::kPs256);
  EXPECT_EQ(set.Find("e")->key->kind(), JwkKind::kP256);
  EXPECT_EQ(set.Find("e")->algorithm, std::nullopt);
  EXPECT_EQ(set.Find("f")->key->kind(), JwkKind::kP384);
  EXPECT_EQ(set.Find("R"), nullptr);
  EXPECT_EQ(set.Find(""), nullptr);
}

TEST(JwkSetTest, LeavesOutWhatItCannotUse) {
  const std::string without_kid =
      absl::StrReplaceAll(MakeJwk(P256(), "gone"), {{R"("kid":"gone",)", ""}});
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(MakeJwks({R"({"kty":"oct","kid":"a","k":"c2VjcmV0","alg":"HS256"})",
                              R"({"kty":"OKP","kid":"b","crv":"Ed25519","x":"AA"})",
                              MakeJwk(P256(), "c", R"("use":"enc",)"),
                              MakeJwk(P256(), "d", R"("key_ops":["encrypt"],)"),
                              MakeJwk(Rsa(), "e", R"("alg":"RSA-OAEP",)"),
                              MakeJwk(Rsa(), "f", R"("alg":"HS256",)"),
                              MakeJwk(Rsa(), "g", R"("alg":"ES256",)"),
                              MakeJwk(TestKey::MakeOther("EC", "P-521"), "h"),
                              MakeJwk(TestKey::MakeRsa(1024, 65537), "i"), without_kid})));
  EXPECT_EQ(set.size(), 0u);
  EXPECT_THAT(
      set.left_out(),
      ElementsAre("keys[0] is of kind oct", "keys[1] is of kind OKP",
                  "keys[2] is not for signatures", "keys[3] is not for signatures",
                  "keys[4] is for the algorithm RSA-OAEP", "keys[5] is for the algorithm HS256",
                  "keys[6] is for the algorithm ES256", HasSubstr("keys[7] is of curve P-"),
                  HasSubstr("keys[8] is RSA of 1024 bits"), HasSubstr("keys[9] has no kid")));
}

TEST(JwkSetTest, RefusesWhatIsNoSet) {
  for (const absl::string_view text : {"[]", "{}", R"({"keys":{}})", "null"}) {
    EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "keys")) << text;
  }
  for (const absl::string_view text :
       {"", R"({"keys":[]} x)", R"({"keys":[]}{})", R"({"keys":[],"keys":[]})", R"({"keys":[],})",
        "{\"keys\":[],\"a\":\"\xff\"}", R"({"keys":[],"a":1e999})",
        R"({"a":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]})"}) {
    EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "")) << text;
  }
}

TEST(JwkSetTest, RefusesAKidThatStandsTwice) {
  EXPECT_THAT(JwkSet::Parse(MakeJwks({MakeJwk(P256(), "k"), MakeJwk(Rsa(), "k")})),
              IsInvalid(Reason::kConfigInvalid, "keys[1].kid"));
  EXPECT_THAT(JwkSet::Parse(MakeJwks({R"({"kty":"oct","kid":"k","k":"AA"})", MakeJwk(Rsa(), "k")})),
              IsInvalid(Reason::kConfigInvalid, "keys[1].kid"));
}

TEST(JwkSetTest, RefusesMalformedKeys) {
  const std::string zeros = Base64Url(std::string(32, '\0'));
  const struct {
    std::string jwk;
    absl::string_view field;
  } cases[] = {
      {"7", "keys[0].kty"},
      {R"({"kid":"k"})", "keys[0].kty"},
      {R"({"kty":1})", "keys[0].kty"},
      {R"({"kty":"EC","kid":"k"})", "keys[0].crv"},
      {R"({"kty":"EC","kid":"k","crv":"P-256"})", "keys[0].x"},
      {absl::StrCat(R"({"kty":"EC","kid":"k","crv":"P-256","x":")", zeros, R"(="})"), "keys[0].x"},
      {absl::StrCat(R"({"kty":"EC","crv":"P-256","x":")", zeros, R"(","y":")", zeros, R"("})"),
       "keys[0].x"},
      {absl::StrCat(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"), "keys[0].x"},
      {absl::StrCat(R"({"kty":"EC","crv":"P-384","x":")", zeros, R"(","y":")", zeros, R"("})"),
       "keys[0].x"},
      {R"({"kty":"RSA","n":"AQAB"})", "keys[0].e"},
      {absl::StrCat(R"({"kty":"RSA","n":")", Base64Url(std::string(256, '\xfe')),
                    R"(","e":"AQAB"})"),
       "keys[0].n"},
      {absl::StrCat(R"({"kty":"RSA","n":")", Base64Url(std::string(256, '\xff')), R"(","e":"AQ"})"),
       "keys[0].n"},
      {MakeJwk(P256(), "k", R"("d":"AAAA",)"), "keys[0].d"},
      {MakeJwk(Rsa(), "k", R"("use":["sig"],)"), "keys[0].use"},
      {MakeJwk(Rsa(), "k", R"("alg":null,)"), "keys[0].alg"},
      {MakeJwk(Rsa(), "k", R"("key_ops":"verify",)"), "keys[0].key_ops"},
      {R"({"kty":"oct","kid":5})", "keys[0].kid"},
  };
  for (const auto& wrong : cases) {
    EXPECT_THAT(JwkSet::Parse(MakeJwks({wrong.jwk})),
                IsInvalid(Reason::kConfigInvalid, wrong.field))
        << wrong.jwk;
  }
}

TEST(JwkSetTest, HasLimits) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < kMaxJwksKeys; ++i) {
    keys.push_back(absl::StrCat(R"({"kty":"oct","kid":")", i, R"("})"));
  }
  FLEETCA_EXPECT_OK(JwkSet::Parse(MakeJwks(keys)));
  keys.push_back(R"({"kty":"oct"})");
  EXPECT_THAT(JwkSet::Parse(MakeJwks(keys)), IsInvalid(Reason::kConfigInvalid, "keys"));

  std::string text = R"({"keys":[]})";
  text.resize(kMaxJwksBytes, ' ');
  FLEETCA_EXPECT_OK(JwkSet::Parse(text));
  text += ' ';
  EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "keys"));
}

}  // namespace
}  // namespace fleetca::service

#include "service/jwt/jwks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/jwt/testing/jwt_maker.h"
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
using ::testing::IsEmpty;

std::vector<std::string> LeftOut(const JwkSet& set) {
  EXPECT_EQ(set.left_out_count(), set.left_out().size());
  std::vector<std::string> texts;
  for (const LeftOutJwk& one : set.left_out()) {
    texts.push_back(one.ToText());
  }
  return texts;
}

const TestKey& P256() { return TestKey::OfType(KeyType::kP256); }
const TestKey& Rsa() { return TestKey::OfType(KeyType::kRsa2048); }

TEST(JwkSetTest, KeepsKeysThatVerifySignatures) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(MakeJwks({MakeJwk(Rsa(), "r", R"("use":"sig","alg":"PS256",)"),
                              MakeJwk(P256(), "e", R"("key_ops":["verify"],"x5t":"ignored",)"),
                              MakeJwk(TestKey::OfType(KeyType::kP384), "f")})));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_THAT(LeftOut(set), IsEmpty());
  ASSERT_NE(set.Find("r"), nullptr);
  EXPECT_EQ(set.Find("r")->front().key->kind(), JwkKind::kRsa);
  EXPECT_EQ(set.Find("r")->front().algorithm, SigningAlgorithm::kPs256);
  EXPECT_EQ(set.Find("e")->front().key->kind(), JwkKind::kP256);
  EXPECT_EQ(set.Find("e")->front().algorithm, std::nullopt);
  EXPECT_EQ(set.Find("f")->front().key->kind(), JwkKind::kP384);
  EXPECT_EQ(set.Find("R"), nullptr);
  EXPECT_EQ(set.Find(""), nullptr);
}

TEST(JwkSetTest, LeavesOutWhatItCannotUse) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(MakeJwks({R"({"kty":"oct","kid":"a","k":"c2VjcmV0","alg":"HS256"})",
                              R"({"kty":"OKP","kid":"b","crv":"Ed25519","x":"AA"})",
                              MakeJwk(P256(), "c", R"("use":"enc",)"),
                              MakeJwk(P256(), "d", R"("key_ops":["encrypt"],)"),
                              MakeJwk(Rsa(), "e", R"("alg":"RSA-OAEP",)"),
                              MakeJwk(Rsa(), "f", R"("alg":"HS256",)"),
                              MakeJwk(Rsa(), "g", R"("alg":"ES256",)"),
                              R"({"kty":"EC","kid":"h","crv":"P-521","x":"AA","y":"AA"})",
                              MakeJwk(TestKey::MakeRsa(1024, 65537), "i"),
                              MakeJwk(P256(), "j", R"("e":"7","e":1,)"), R"({"kty":"oct"})"})));
  EXPECT_EQ(set.size(), 0u);
  constexpr char kAlgorithms[] = "; RS256 to RS512, PS256 to PS512, ES256 and ES384 are taken";
  EXPECT_THAT(
      LeftOut(set),
      ElementsAre("key \"a\" is of kind oct; RSA and EC are taken",
                  "key \"b\" is of kind OKP; RSA and EC are taken",
                  "key \"c\" is not for signatures: its use is \"enc\", not \"sig\"",
                  "key \"d\" is not for signatures: its key_ops have no \"verify\"",
                  absl::StrCat("key \"e\" is for the algorithm RSA-OAEP", kAlgorithms),
                  absl::StrCat("key \"f\" is for the algorithm HS256", kAlgorithms),
                  "key \"g\" is for the algorithm ES256, which its kty and crv do not fit",
                  "key \"h\" is of curve P-521; P-256 and P-384 are taken",
                  HasSubstr("key \"i\" is RSA of 1024 bits"), "key \"j\" has a member twice",
                  "keys[10] is of kind oct; RSA and EC are taken"));
}

TEST(JwkSetTest, FindsWhatWasLeftOutByItsKid) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(
          MakeJwks({R"({"kty":"oct"})", R"({"kty":"oct","kid":7})", R"({"kty":"oct","kid":""})",
                    R"({"kty":"OKP","kid":"b"})", R"({"kty":"EC","crv":"P-521","kid":"b"})",
                    MakeJwk(P256(), "c"), MakeJwk(Rsa(), "c", R"("use":"enc",)")})));
  ASSERT_NE(set.FindLeftOut("b"), nullptr);
  EXPECT_THAT(set.FindLeftOut("b")->why, HasSubstr("OKP"));
  ASSERT_NE(set.FindLeftOut(""), nullptr);
  EXPECT_EQ(set.FindLeftOut("")->index, 2u);
  EXPECT_EQ(set.FindLeftOut("7"), nullptr);
  // One of the two that are called so is of use.
  EXPECT_NE(set.Find("c"), nullptr);
  EXPECT_NE(set.FindLeftOut("c"), nullptr);
  EXPECT_THAT(LeftOut(set), ::testing::Contains(HasSubstr("keys[1] is of kind oct")));
}

TEST(JwkSetTest, ALongOrBinaryNameIsShownShort) {
  const std::string name(1000, 'a');
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set, JwkSet::Parse(MakeJwks(
                            {absl::StrCat(R"({"kty":")", name, R"(","kid":"\n)", name, R"("})")})));
  EXPECT_EQ(LeftOut(set), std::vector<std::string>{
                              absl::StrCat("key \"\\n", std::string(63, 'a'), "...\" is of kind ",
                                           std::string(64, 'a'), "...; RSA and EC are taken")});
  EXPECT_NE(set.FindLeftOut("\n" + name), nullptr);
}

TEST(JwkSetTest, KnowsTheSameElementsInAnotherOrder) {
  const auto parse = [](absl::string_view text) { return *JwkSet::Parse(text); };
  const std::string key = MakeJwk(P256(), "k");
  const JwkSet set =
      parse(MakeJwks({key, R"({"kty":"oct","kid":"a","n":1.5,"b":[true,false,null]})", "7", "{}"}));
  EXPECT_TRUE(set.HasElementsOf(set));
  EXPECT_TRUE(set.HasElementsOf(parse(MakeJwks(
      {"{}", R"( {"b": [true,false , null ],"n":15e-1,"kid":"\u0061","kty":"oct"})", key, "7"}))));
  for (const absl::string_view other :
       {R"({"kty":"oct","kid":"b","n":1.5,"b":[true,false,null]})",
        R"({"kty":"oct","kid":"a","n":1.6,"b":[true,false,null]})",
        R"({"kty":"oct","kid":"a","n":1.5,"b":[false,true,null]})",
        R"({"kty":"oct","kid":"a","n":"1.5","b":[true,false,null]})",
        R"({"kty":"oct","kid":"a","n":1.5,"n":1.5,"b":[true,false,null]})"}) {
    EXPECT_FALSE(set.HasElementsOf(parse(MakeJwks({key, std::string(other), "7", "{}"})))) << other;
  }
  EXPECT_FALSE(set.HasElementsOf(parse(MakeJwks({key}))));
  // No set was read yet: the first is news, even where it has no elements.
  EXPECT_FALSE(parse(R"({"keys":[]})").HasElementsOf(JwkSet()));
}

TEST(JwkSetTest, RefusesWhatIsNoSet) {
  for (const absl::string_view text :
       {"[]", "{}", R"({"keys":{}})", "null", R"({"keys":[],"keys":[]})",
        R"({"a":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]})"}) {
    EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "keys")) << text;
  }
  for (const absl::string_view text :
       {"", R"({"keys":[]} x)", R"({"keys":[]}{})", R"({"keys":[],})",
        "{\"keys\":[],\"a\":\"\xff\"}", R"({"keys":[],"a":1e999})"}) {
    EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "")) << text;
  }
}

TEST(JwkSetTest, AByteOrderMarkAtTheStartIsSkipped) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwkSet set,
                               JwkSet::Parse("\xef\xbb\xbf" + MakeJwks({MakeJwk(P256(), "k")})));
  EXPECT_EQ(set.size(), 1u);
}

TEST(JwkSetTest, Utf16IsCalledThat) {
  std::string text = "\xff\xfe";
  for (const char c : MakeJwks({MakeJwk(P256(), "k")})) {
    text += {c, '\0'};
  }
  const auto set = JwkSet::Parse(text);
  EXPECT_THAT(set, IsInvalid(Reason::kConfigInvalid, "keys"));
  EXPECT_THAT(std::string(set.status().message()), HasSubstr("UTF-16"));
}

// For tokens that name no key.
TEST(JwkSetTest, KeysWithoutKidAreKept) {
  const std::string nameless =
      absl::StrReplaceAll(MakeJwk(P256(), "gone"), {{R"("kid":"gone",)", ""}});
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set, JwkSet::Parse(MakeJwks({nameless, MakeJwk(Rsa(), "a", R"("alg":"RS256",)"),
                                                MakeJwk(Rsa(), "b")})));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(set.Find(""), nullptr);
  ASSERT_EQ(set.FindFor(SigningAlgorithm::kEs256).size(), 1u);
  EXPECT_EQ(set.FindFor(SigningAlgorithm::kEs256)[0]->key->kind(), JwkKind::kP256);
  EXPECT_EQ(set.FindFor(SigningAlgorithm::kRs256).size(), 2u);
  EXPECT_EQ(set.FindFor(SigningAlgorithm::kPs256).size(), 1u);
  EXPECT_TRUE(set.FindFor(SigningAlgorithm::kEs384).empty());
}

// An RSA key that lacks its modulus, as an issuer of CI jobs published it.
TEST(JwkSetTest, AKeyThatLacksAMemberLeavesTheOther) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwkSet set, JwkSet::Parse(R"({
    "keys": [
      {"kty": "EC", "crv": "P-256", "kid": "good", "use": "sig",
       "x": "c-2le_VuJTLfYlIsCaKmDxJUF5O25l-kFFr7w0AgRrU",
       "y": "4msA_k8-3xznHCykiI-C9QlDqVYVwiZINtBAUmxVGbs"},
      {"kty": "RSA", "kid": "other", "use": "sig", "e": "AQAB"}
    ]})"));
  EXPECT_EQ(set.size(), 1u);
  EXPECT_NE(set.Find("good"), nullptr);
  EXPECT_THAT(LeftOut(set), ElementsAre("key \"other\" has no n"));
}

TEST(JwkSetTest, KeysOfOneKidAreAllKept) {
  // The same key for two algorithms, as ADFS publishes it, and keys of two kinds.
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet set,
      JwkSet::Parse(MakeJwks({MakeJwk(Rsa(), "k", R"("alg":"RS256",)"),
                              MakeJwk(Rsa(), "k", R"("alg":"RS512",)"), MakeJwk(P256(), "k")})));
  EXPECT_EQ(set.size(), 3u);
  ASSERT_NE(set.Find("k"), nullptr);
  ASSERT_EQ(set.Find("k")->size(), 3u);
  EXPECT_EQ(set.Find("k")->at(0).algorithm, SigningAlgorithm::kRs256);
  EXPECT_EQ(set.Find("k")->at(1).algorithm, SigningAlgorithm::kRs512);
  EXPECT_EQ(set.Find("k")->at(2).key->kind(), JwkKind::kP256);
}

// Each of them beside a key that is right: that one stays, whatever the other is.
TEST(JwkSetTest, OneOddKeyCostsNoOther) {
  const std::string zeros = Base64Url(std::string(32, '\0'));
  const struct {
    std::string jwk;
    absl::string_view why;
  } cases[] = {
      {"7", "is not an object"},
      {"null", "is not an object"},
      {"[]", "is not an object"},
      {"{}", "has no kty"},
      {R"({"kid":"k"})", "has no kty"},
      {R"({"kty":1})", "has a kty that is not a string"},
      {R"({"kty":"RSA","kid":"other","use":"sig","e":"AQAB"})", "has no n"},
      {R"({"kty":"EC","kid":"k"})", "has no crv"},
      {R"({"kty":"EC","kid":"k","crv":"P-256"})", "has no x"},
      {R"({"kty":"EC","kid":"k","crv":"secp256k1","x":"AA","y":"AA"})", "is of curve secp256k1"},
      {R"({"kty":"OKP","kid":"k","crv":"Ed25519","x":"AA","alg":"EdDSA"})", "is of kind OKP"},
      {absl::StrCat(R"({"kty":"EC","kid":"k","crv":"P-256","x":")", zeros, R"(="})"),
       "has a x that is not base64url"},
      {absl::StrCat(R"({"kty":"EC","crv":"P-256","x":")", zeros, R"(","y":")", zeros, R"("})"),
       "makes no key"},
      {R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})", "makes no key"},
      {R"({"kty":"RSA","n":"AQAB"})", "has no e"},
      {absl::StrCat(R"({"kty":"RSA","n":")", Base64Url(std::string(256, '\xfe')),
                    R"(","e":"AQAB"})"),
       "makes no key"},
      {absl::StrCat(R"({"kty":"RSA","n":")", Base64Url(std::string(256, '\xff')), R"(","e":"AQ"})"),
       "makes no key"},
      {R"({"kty":"RSA","kid":"k","n":"","e":""})", "has a n that is not base64url"},
      {MakeJwk(P256(), "k", R"("d":"AAAA",)"), "is a private key"},
      {MakeJwk(Rsa(), "k", R"("use":["sig"],)"), "has a use that is not a string"},
      {MakeJwk(Rsa(), "k", R"("use":"enc",)"), "is not for signatures"},
      {MakeJwk(Rsa(), "k", R"("alg":5,)"), "has a alg that is not a string"},
      {MakeJwk(Rsa(), "k", R"("key_ops":"verify",)"), "has key_ops that are not a list"},
      {MakeJwk(Rsa(), "k", R"("kty":"RSA",)"), "has a member twice"},
      {R"({"kty":"oct","kid":5,"k":"AA"})", "is of kind oct"},
  };
  for (const auto& odd : cases) {
    for (const bool first : {true, false}) {
      const std::string right = MakeJwk(P256(), "right");
      FLEETCA_ASSERT_OK_AND_ASSIGN(
          const JwkSet set,
          JwkSet::Parse(first ? MakeJwks({odd.jwk, right}) : MakeJwks({right, odd.jwk})));
      EXPECT_NE(set.Find("right"), nullptr) << odd.jwk;
      EXPECT_EQ(set.size(), 1u) << odd.jwk;
      EXPECT_THAT(LeftOut(set), ElementsAre(HasSubstr(odd.why))) << odd.jwk;
    }
  }
}

// What providers publish, by the members that they have. All of these are to be taken.
TEST(JwkSetTest, TakesTheKeysOfProviders) {
  const std::string x5c = R"("x5c":["MIIC/jCCAeagAwIBAgIJAM=="],)";
  const struct {
    absl::string_view provider;
    absl::string_view more;
  } cases[] = {
      {"Google", R"("alg":"RS256","use":"sig",)"},
      {"Azure", R"("use":"sig","x5t":"nOo3ZDrODXEK1jKWhXslHR_KXEg","issuer":"https://login",)"},
      {"Okta", R"("alg":"RS256","use":"sig","status":"ACTIVE",)"},
      {"Auth0", R"("alg":"RS256","use":"sig","x5t":"abc",)"},
      {"GitHub Actions", R"("alg":"RS256","use":"sig","x5t":"eBZ_cn3sXYAd0ch4THBKHIgOwOE",)"},
      {"GitLab", R"("use":"sig","alg":"RS256",)"},
      {"Kubernetes", R"("use":"sig","alg":"RS256",)"},
      {"Keycloak", R"("alg":"RS256","use":"sig","x5t#S256":"uMo",)"},
      {"Hydra", R"("use":"sig","alg":"RS256",)"},
      {"a library that writes null", R"("alg":null,"use":null,"key_ops":null,)"},
  };
  for (const auto& given : cases) {
    const std::string encryption = MakeJwk(Rsa(), "enc", R"("use":"enc","alg":"RSA-OAEP",)");
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        const JwkSet set,
        JwkSet::Parse(MakeJwks({encryption, MakeJwk(Rsa(), "k", absl::StrCat(x5c, given.more))})));
    EXPECT_NE(set.Find("k"), nullptr) << given.provider;
    EXPECT_EQ(set.size(), 1u) << given.provider;
  }
}

TEST(JwkSetTest, AZeroOctetBeforeAModulusChangesNothing) {
  const std::string jwk = MakeJwk(Rsa(), "k");
  const size_t start = jwk.find(R"("n":")") + 5;
  const size_t end = jwk.find('"', start);
  std::string modulus;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(jwk.substr(start, end - start), &modulus));
  const std::string longer =
      absl::StrCat(jwk.substr(0, start),
                   Base64Url(absl::StrCat(absl::string_view("\0", 1), modulus)), jwk.substr(end));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwkSet set, JwkSet::Parse(MakeJwks({longer})));
  EXPECT_EQ(set.size(), 1u);
}

// A member that is not known says nothing, however deep it is; one that is known must be shallow.
TEST(JwkSetTest, AnElementThatIsNestedDeepDoesNotSpoilTheSet) {
  for (const size_t depth : {13, 14, 15, 40, 20000}) {
    const std::string deep = absl::StrCat(R"([1,{"a":)", std::string(depth, '['), R"({"b":"c"})",
                                          std::string(depth, ']'), "},2]");
    std::string odd = MakeJwk(P256(), "odd");
    odd.insert(1, absl::StrCat(R"("x5c":)", deep, ","));
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        const JwkSet set, JwkSet::Parse(MakeJwks(
                              {odd, absl::StrCat(R"({"kty":)", deep, "}"), MakeJwk(P256(), "a")})));
    EXPECT_EQ(set.size(), 2u) << depth;
    EXPECT_NE(set.Find("odd"), nullptr) << depth;
    EXPECT_NE(set.Find("a"), nullptr) << depth;
    EXPECT_EQ(set.left_out_count(), 1u) << depth;
  }
}

TEST(JwkSetTest, ASetWithoutAUsableKeyHasNone) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwkSet set, JwkSet::Parse(R"({"keys":[{},7]})"));
  EXPECT_EQ(set.size(), 0u);
  EXPECT_THAT(LeftOut(set), ElementsAre("keys[0] has no kty", "keys[1] is not an object"));
}

TEST(JwkSetTest, HasLimits) {
  std::vector<std::string> keys;
  for (size_t i = 0; i <= kMaxJwksKeys; ++i) {
    keys.push_back(MakeJwk(P256(), absl::StrCat(i)));
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwkSet many, JwkSet::Parse(MakeJwks(keys)));
  EXPECT_EQ(many.size(), kMaxJwksKeys);
  EXPECT_THAT(LeftOut(many), ElementsAre("key \"1000\" is one too many; 1000 keys are taken"));

  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwkSet odd,
      JwkSet::Parse(MakeJwks(std::vector<std::string>(kMaxLeftOutJwks + 1, "{}"))));
  EXPECT_EQ(odd.left_out().size(), kMaxLeftOutJwks);
  EXPECT_EQ(odd.left_out_count(), kMaxLeftOutJwks + 1);

  std::string text = R"({"keys":[]})";
  text.resize(kMaxJwksBytes, ' ');
  FLEETCA_EXPECT_OK(JwkSet::Parse(text));
  text += ' ';
  EXPECT_THAT(JwkSet::Parse(text), IsInvalid(Reason::kConfigInvalid, "keys"));
}

}  // namespace
}  // namespace fleetca::service

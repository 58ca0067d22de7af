// As an enemy would: every token here but the first few is wrong in one way.
#include "service/jwt/jwt_verifier.h"

#include <gtest/gtest.h>

#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/bearer_token_limit.h"
#include "service/jwt/testing/fake_key_source.h"
#include "service/jwt/testing/jwt_maker.h"
#include "service/jwt/testing/jwt_verifier_fixture.h"
#include "service/jwt/unverified_jwt.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::AssembleToken;
using ::fleetca::testing::Base64Url;
using ::fleetca::testing::Es256;
using ::fleetca::testing::FakeKeySource;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::JwtVerifierTest;
using ::fleetca::testing::kEs256;
using ::fleetca::testing::kIssuer;
using ::fleetca::testing::kNow;
using ::fleetca::testing::kNowSeconds;
using ::fleetca::testing::kRs256;
using ::fleetca::testing::MakeHmacToken;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::P256;
using ::fleetca::testing::P384;
using ::fleetca::testing::Payload;
using ::fleetca::testing::PayloadWith;
using ::fleetca::testing::Rsa;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;

TEST_F(JwtVerifierTest, AcceptsTokensOfEveryPinnedAlgorithm) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims claims, Verify(Es256(Payload(R"("a":[1],)"))));
  EXPECT_EQ(claims.issuer, kIssuer);
  EXPECT_EQ(claims.subject, "web");
  EXPECT_EQ(claims.expires, kNow + absl::Minutes(10));
  EXPECT_NE(claims.all.Member("a"), nullptr);
  FLEETCA_EXPECT_OK(Verify(MakeToken(R"({"alg":"ES384","kid":"p384","typ":"JWT"})", Payload(),
                                     P384(), SignatureScheme::kEcdsaSha384)));
  FLEETCA_EXPECT_OK(Verify(MakeToken(kRs256, Payload(), Rsa(), SignatureScheme::kRsaPkcs1Sha256)));
  FLEETCA_EXPECT_OK(Verify(MakeToken(R"({"alg":"PS256","kid":"pss","typ":"at+jwt"})", Payload(),
                                     Rsa(), SignatureScheme::kRsaPssSha256)));
}

TEST_F(JwtVerifierTest, RefusesUnsignedTokens) {
  for (const absl::string_view name : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string header = absl::StrCat(R"({"alg":")", name, R"(","kid":"p256"})");
    ExpectRefused(AssembleToken(header, Payload(), ""), "alg");
    ExpectRefused(MakeToken(header, Payload(), P256(), SignatureScheme::kEcdsaSha256), "alg");
  }
  ExpectRefused(AssembleToken(kEs256, Payload(), ""), "the signature is missing");
  ExpectRefused(AssembleToken(kEs256, Payload(), std::string(64, '\0')), "the signature is wrong");
}

TEST_F(JwtVerifierTest, RefusesAnHmacWithThePublicKey) {
  for (const std::string& secret : {Rsa().public_key(), MakeJwk(Rsa(), "rsa"), std::string()}) {
    ExpectRefused(MakeHmacToken(R"({"alg":"HS256","kid":"rsa"})", Payload(), secret), "alg HS256");
    ExpectRefused(MakeHmacToken(kRs256, Payload(), secret), "the signature is wrong");
  }
}

TEST_F(JwtVerifierTest, RefusesAnAlgorithmForAnotherKindOfKey) {
  ExpectRefused(MakeToken(R"({"alg":"RS256","kid":"p256"})", Payload(), Rsa(),
                          SignatureScheme::kRsaPkcs1Sha256),
                "not for RS256");
  ExpectRefused(
      MakeToken(R"({"alg":"ES256","kid":"rsa"})", Payload(), P256(), SignatureScheme::kEcdsaSha256),
      "not for ES256");
  // The right key and its true signature, by the other curve's algorithm.
  ExpectRefused(MakeToken(R"({"alg":"ES256","kid":"p384"})", Payload(), P384(),
                          SignatureScheme::kEcdsaSha256),
                "not for ES256");
  ExpectRefused(MakeToken(R"({"alg":"RS256","kid":"pss"})", Payload(), Rsa(),
                          SignatureScheme::kRsaPkcs1Sha256),
                "not for RS256");
  ExpectRefused(MakeToken(R"({"alg":"RS384","kid":"rsa"})", Payload(), Rsa(),
                          SignatureScheme::kRsaPkcs1Sha384),
                "RS384 is not pinned");
  ExpectRefused(MakeToken(R"({"alg":"ES512","kid":"p256"})", Payload(), P256(),
                          SignatureScheme::kEcdsaSha512),
                "alg ES512 is not a signature algorithm that can be pinned");
  ExpectRefused(MakeToken(kRs256, Payload(), Rsa(), SignatureScheme::kRsaPssSha256),
                "the signature is wrong");
}

TEST_F(JwtVerifierTest, RefusesASignatureThatIsNotOfTheToken) {
  ExpectRefused(
      MakeToken(kEs256, Payload(), TestKey::Make(KeyType::kP256), SignatureScheme::kEcdsaSha256),
      "the signature is wrong");
  const std::string right = Es256(Payload());
  const size_t dot = right.rfind('.');
  ExpectRefused(Es256(PayloadWith("web", "bew")).substr(0, dot) + right.substr(dot),
                "the signature is wrong");
  // As ECDSA-Sig-Value, and with octets more: one token, one spelling.
  const std::string input = right.substr(0, dot);
  ExpectRefused(
      absl::StrCat(input, ".", Base64Url(P256().Sign(SignatureScheme::kEcdsaSha256, input))),
      "the signature is wrong");
  std::string octets;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(right.substr(dot + 1), &octets));
  FLEETCA_EXPECT_OK(Verify(absl::StrCat(input, ".", Base64Url(octets))));
  ExpectRefused(absl::StrCat(input, ".", Base64Url(octets + '\0')), "the signature is wrong");
  ExpectRefused(absl::StrCat(input, ".", Base64Url(octets.substr(0, 63))), "signature is wrong");
}

TEST_F(JwtVerifierTest, RefusesKeysThatAreNotKnown) {
  const auto with_header = [](absl::string_view header) {
    return MakeToken(header, Payload(), P256(), SignatureScheme::kEcdsaSha256);
  };
  ExpectRefused(with_header(R"({"alg":"ES256","kid":7})"), "a kid that is not a string");
  EXPECT_EQ(source_->unknown_keys, 0);
  ExpectRefused(with_header(R"({"alg":"ES256","kid":"P256"})"), "has no key \"P256\"");
  ExpectRefused(with_header(R"({"alg":"ES256","kid":""})"), "has no key \"\"");
  EXPECT_EQ(source_->unknown_keys, 2);
  // A key in the header, the enemy's own, is not even read.
  const TestKey own = TestKey::Make(KeyType::kP256);
  ExpectRefused(
      MakeToken(absl::StrCat(R"({"alg":"ES256","kid":"p256","jwk":)", MakeJwk(own, "p256"), "}"),
                Payload(), own, SignatureScheme::kEcdsaSha256),
      "the signature is wrong");
}

// RFC 7515 section 4.1.4: a header may leave kid out.
TEST_F(JwtVerifierTest, TakesATokenWithoutKidWhereOneKeyFits) {
  const auto with_alg = [](absl::string_view alg, const TestKey& key, SignatureScheme scheme) {
    return MakeToken(absl::StrCat(R"({"alg":")", alg, R"("})"), Payload(), key, scheme);
  };
  // One key of P-256 and one of P-384; of RSA one for every algorithm and one for PS256.
  FLEETCA_EXPECT_OK(Verify(with_alg("ES256", P256(), SignatureScheme::kEcdsaSha256)));
  FLEETCA_EXPECT_OK(Verify(with_alg("ES384", P384(), SignatureScheme::kEcdsaSha384)));
  FLEETCA_EXPECT_OK(Verify(with_alg("RS256", Rsa(), SignatureScheme::kRsaPkcs1Sha256)));
  ExpectRefused(with_alg("PS256", Rsa(), SignatureScheme::kRsaPssSha256),
                "names no key by kid, and the issuer https://issuer.test has 2 keys for PS256");
  EXPECT_EQ(source_->unknown_keys, 0);
  // The fitting key is not the one that signed.
  ExpectRefused(with_alg("ES256", TestKey::Make(KeyType::kP256), SignatureScheme::kEcdsaSha256),
                "the signature is wrong");
  // A key without a kid is as good, and none at all may be on its way.
  source_->Set(*JwkSet::Parse(
      MakeJwks({absl::StrReplaceAll(MakeJwk(P256(), "gone"), {{R"("kid":"gone",)", ""}})})));
  FLEETCA_EXPECT_OK(Verify(with_alg("ES256", P256(), SignatureScheme::kEcdsaSha256)));
  ExpectRefused(Es256(Payload()), "has no key \"p256\"");
  ExpectRefused(with_alg("ES384", P384(), SignatureScheme::kEcdsaSha384), "has 0 keys for ES384");
  EXPECT_EQ(source_->unknown_keys, 2);
}

TEST_F(JwtVerifierTest, SaysWhenCertificatesEndWhereTheyEndWithTheToken) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims without, Verify(Es256(Payload())));
  EXPECT_EQ(without.certificates_end, absl::InfiniteFuture());
  JwtIssuer issuer = Issuer();
  issuer.certificates_end_with_token = true;
  Restart(issuer);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims with, Verify(Es256(Payload())));
  // The claim itself, without the skew that is granted in it.
  EXPECT_EQ(with.certificates_end, kNow + absl::Minutes(10));
}

TEST_F(JwtVerifierTest, FollowsTheKeySource) {
  source_->Set(JwkSet());
  ExpectRefused(Es256(Payload()), "has no key \"p256\"");
  source_->Set(Keys());
  FLEETCA_EXPECT_OK(Verify(Es256(Payload())));
}

// RFC 7515 section 4.1.9.
TEST_F(JwtVerifierTest, TakesTheTypesOfJwtsInEverySpelling) {
  for (const absl::string_view type :
       {"JWT", "jwt", "application/jwt", "APPLICATION/JWT", "at+jwt", "AT+JWT",
        "application/at+jwt", "JOSE", "application/jose"}) {
    FLEETCA_EXPECT_OK(
        Verify(MakeToken(absl::StrCat(R"({"alg":"ES256","kid":"p256","typ":")", type, "\"}"),
                         Payload(), P256(), SignatureScheme::kEcdsaSha256)));
  }
}

TEST_F(JwtVerifierTest, RefusesOtherHeaders) {
  for (const absl::string_view more :
       {R"("crit":["exp"],)", R"("crit":[],)", R"("crit":["b64"],"b64":false,)"}) {
    ExpectRefused(MakeToken(absl::StrReplaceAll(kEs256, {{"{", absl::StrCat("{", more)}}),
                            Payload(), P256(), SignatureScheme::kEcdsaSha256),
                  "crit");
  }
  for (const absl::string_view type :
       {R"("logout+jwt")", R"("dpop+jwt")", "null", R"("")", R"("application/")", "[]",
        R"("application/application/jwt")", R"("text/jwt")", R"("application/dpop+jwt")"}) {
    ExpectRefused(MakeToken(absl::StrCat(R"({"alg":"ES256","kid":"p256","typ":)", type, "}"),
                            Payload(), P256(), SignatureScheme::kEcdsaSha256),
                  "typ");
  }
}

TEST_F(JwtVerifierTest, HoldsTheDatesAgainstTheClockAndItsSkew) {
  const absl::Time expires = kNow + absl::Minutes(10);
  const absl::Duration tick = absl::Milliseconds(1);
  FLEETCA_EXPECT_OK(Verify(Es256(Payload()), expires + absl::Seconds(60) - tick));
  ExpectRefused(Es256(Payload()), "expired", expires + absl::Seconds(60));
  FLEETCA_EXPECT_OK(Verify(Es256(Payload()), kNow - absl::Seconds(60)));
  ExpectRefused(Es256(Payload()), "nbf is ahead", kNow - absl::Seconds(60) - tick);
  const std::string issued_later = PayloadWith(absl::StrCat(R"("iat":)", kNowSeconds),
                                               absl::StrCat(R"("iat":)", kNowSeconds + 61));
  ExpectRefused(Es256(issued_later), "iat is ahead");

  JwtIssuer strict = Issuer();
  strict.clock_skew = absl::ZeroDuration();
  Restart(strict);
  FLEETCA_EXPECT_OK(Verify(Es256(Payload()), expires - tick));
  ExpectRefused(Es256(Payload()), "expired", expires);
  ExpectRefused(Es256(Payload()), "nbf is ahead", kNow - tick);
}

TEST_F(JwtVerifierTest, RefusesDatesThatAreNone) {
  const std::string expires = absl::StrCat(R"("exp":)", kNowSeconds + 600);
  ExpectRefused(Es256(PayloadWith(expires, R"("a":1)")), "exp is missing");
  for (const absl::string_view wrong :
       {R"("1767226200")", "null", "-1", "1e300", "true", "[1767226200]", "253402300800"}) {
    ExpectRefused(Es256(PayloadWith(expires, absl::StrCat(R"("exp":)", wrong))),
                  "exp is not a number");
    ExpectRefused(Es256(PayloadWith(absl::StrCat(R"("nbf":)", kNowSeconds),
                                    absl::StrCat(R"("nbf":)", wrong))),
                  "nbf is not a number");
  }
  FLEETCA_EXPECT_OK(Verify(Es256(PayloadWith(expires, R"("exp":1767226200.5)"))));
}

TEST_F(JwtVerifierTest, RefusesTokensForOthers) {
  const auto with_audience = [](absl::string_view audience) {
    return Es256(PayloadWith(R"("aud":"fleetca")", audience));
  };
  FLEETCA_EXPECT_OK(Verify(with_audience(R"("aud":["other","fleetca.test"])")));
  ExpectRefused(with_audience(R"("a":"fleetca")"), "aud is missing");
  for (const absl::string_view wrong : {R"("other")", R"("")", R"("Fleetca")", R"("fleetca ")"}) {
    ExpectRefused(with_audience(absl::StrCat(R"("aud":)", wrong)), "aud is another audience");
  }
  for (const absl::string_view wrong : {"[]", R"(["other"])", "1", "null", R"({"fleetca":1})"}) {
    ExpectRefused(with_audience(absl::StrCat(R"("aud":)", wrong)), "none of our audiences");
  }
  ExpectRefused(with_audience(R"("aud":["fleetca",1])"), "not a string");
}

TEST_F(JwtVerifierTest, RefusesOtherIssuers) {
  for (const absl::string_view wrong : {"https://issuer.test/", "https://issuer.test.evil",
                                        "http://issuer.test", "https://ISSUER.test", ""}) {
    ExpectRefused(Es256(PayloadWith(kIssuer, wrong)), "is not configured");
  }
  ExpectRefused(Es256(PayloadWith(R"("iss")", R"("i")")), "iss is missing");
  ExpectRefused(Es256(PayloadWith(R"("https://issuer.test")", R"(["https://issuer.test"])")),
                "iss is missing");
}

TEST_F(JwtVerifierTest, AnIssuerSignsForItselfAlone) {
  const auto others = std::make_shared<FakeKeySource>(
      *JwkSet::Parse(MakeJwks({MakeJwk(TestKey::Make(KeyType::kP256), "p256")})));
  JwtIssuer other = Issuer();
  other.url = "https://other.test";
  other.keys = others;
  FLEETCA_ASSERT_OK_AND_ASSIGN(verifier_, JwtVerifier::Create({Issuer(), other}));
  FLEETCA_EXPECT_OK(Verify(Es256(Payload())));
  ExpectRefused(Es256(PayloadWith(kIssuer, "https://other.test")), "the signature is wrong");
}

TEST_F(JwtVerifierTest, RefusesATokenWithoutSubject) {
  for (const absl::string_view wrong :
       {R"("sub":"")", R"("sub":1)", R"("sub":null)", R"("s":"x")"}) {
    ExpectRefused(Es256(PayloadWith(R"("sub":"web")", wrong)), "sub is");
  }
  ExpectRefused(Es256(PayloadWith(R"("web")", absl::StrCat("\"", std::string(1025, 'a'), "\""))),
                "sub is");
}

TEST_F(JwtVerifierTest, RefusesJsonWithTwoMeanings) {
  ExpectRefused(Es256(Payload(R"("sub":"admin",)")), "\"sub\" twice");
  ExpectRefused(Es256(Payload(R"("a":{"b":1,"\u0062":2},)")), "\"b\" twice");
  ExpectRefused(MakeToken(R"({"alg":"none","alg":"ES256","kid":"p256"})", Payload(), P256(),
                          SignatureScheme::kEcdsaSha256),
                "\"alg\" twice");
  ExpectRefused(Es256(Payload() + "{}"), "is not JSON");
  ExpectRefused(Es256(Payload() + std::string(1, '\0')), "is not JSON");
  ExpectRefused(Es256(Payload() + std::string(1, '\0') + "{}"), "is not JSON");
  ExpectRefused(Es256("\xef\xbb\xbf" + Payload()), "is not JSON");
  ExpectRefused(Es256("[]"), "not a JSON object");
  ExpectRefused(Es256("null"), "not a JSON object");
  ExpectRefused(Es256(Payload("\"a\":\"\xc0\xaf\",")), "is not JSON");
  // What a reader of C strings would take for ES256.
  ExpectRefused(MakeToken(R"({"alg":"ES256\u0000","kid":"p256"})", Payload(), P256(),
                          SignatureScheme::kEcdsaSha256),
                "alg");
}

TEST_F(JwtVerifierTest, RefusesOtherSpellingsOfAToken) {
  const std::string right = Es256(Payload());
  FLEETCA_EXPECT_OK(Verify(right));
  for (const absl::string_view more : {"=", "==", ".", "..", "!", "A"}) {
    ExpectRefused(absl::StrCat(right, more), "");
    EXPECT_FALSE(detail_.empty());
  }
  for (const absl::string_view more : {" ", "\n", "\t"}) {
    ExpectRefused(absl::StrCat(right, more), "base64url");
    ExpectRefused(absl::StrCat(more, right), "base64url");
  }
  ExpectRefused(right.substr(0, right.rfind('.')), "2 parts");
  for (const absl::string_view wrong : {"", ".", "..", "...", "a.b.c", "e30.e30.e30", "."}) {
    ExpectRefused(wrong, "");
    EXPECT_FALSE(detail_.empty()) << wrong;
  }
  // 64 octets leave 4 bits over in the last character; set, they are another spelling.
  std::string stray = right;
  ASSERT_THAT("AQgw", HasSubstr(std::string(1, stray.back())));
  ++stray.back();
  ExpectRefused(stray, "base64url");
  // An ordinary base64 alphabet is not taken either.
  ExpectRefused("e+/" + right, "base64url");
}

TEST_F(JwtVerifierTest, RefusesAHugeToken) {
  const std::string padding(kMaxBearerTokenBytes, 'a');
  ExpectRefused(Es256(Payload(absl::StrCat(R"("a":")", padding, R"(",)"))), "16 KiB");
  ExpectRefused(std::string(100 << 20, 'a'), "16 KiB");
  ExpectRefused(Es256(Payload(absl::StrCat(R"("a":)", std::string(5000, '['), ","))), "deep");
  FLEETCA_EXPECT_OK(
      Verify(Es256(Payload(absl::StrCat(R"("a":")", padding.substr(0, 8000), R"(",)")))));
}

TEST_F(JwtVerifierTest, TheLogDoesNotGetTheToken) {
  const std::string token = Es256(PayloadWith("web", "secret-subject") + "}");
  ExpectRefused(token, "is not JSON");
  EXPECT_THAT(detail_, ::testing::Not(HasSubstr("secret")));
}

TEST_F(JwtVerifierTest, RefusesIssuersThatAreNotPinnedDown) {
  const auto expect_invalid = [](JwtIssuer issuer, absl::string_view field) {
    EXPECT_THAT(JwtVerifier::Create({std::move(issuer)}),
                IsInvalid(Reason::kConfigInvalid, absl::StrCat("issuers[0].", field)));
  };
  JwtIssuer issuer = Issuer();
  issuer.url = "http://issuer.test";
  expect_invalid(issuer, "url");
  issuer = Issuer();
  issuer.audiences.clear();
  expect_invalid(issuer, "audiences");
  issuer.audiences = {"fleetca", ""};
  expect_invalid(issuer, "audiences");
  issuer = Issuer();
  issuer.algorithms.clear();
  expect_invalid(issuer, "algorithms");
  issuer = Issuer();
  issuer.clock_skew = absl::Minutes(5) + absl::Seconds(1);
  expect_invalid(issuer, "clock_skew");
  issuer.clock_skew = -absl::Seconds(1);
  expect_invalid(issuer, "clock_skew");
  issuer = Issuer();
  issuer.keys = nullptr;
  expect_invalid(issuer, "keys");
  EXPECT_THAT(JwtVerifier::Create({Issuer(), Issuer()}),
              IsInvalid(Reason::kConfigInvalid, "issuers[1].url"));
}

}  // namespace
}  // namespace fleetca::service

// Tokens with real signatures, from their text to an identity or a refusal.
#include "service/jwt/jwt_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/jwt/claim_rules.h"
#include "service/jwt/jwt_verifier.h"
#include "service/jwt/testing/fake_key_source.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::AssembleToken;
using ::fleetca::testing::FakeKeySource;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeHmacToken;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::string_view kCluster = "https://kubernetes.default.svc.cluster.local";
constexpr absl::string_view kCi = "https://ci.example";
constexpr absl::string_view kRs256 = R"({"alg":"RS256","kid":"rsa"})";
constexpr absl::string_view kEs256 = R"({"alg":"ES256","kid":"p256"})";
constexpr int64_t kNowSeconds = 1767225600;
constexpr absl::Time kNow = absl::FromUnixSeconds(kNowSeconds);

const TestKey& P256() { return TestKey::OfType(KeyType::kP256); }
const TestKey& Rsa() { return TestKey::OfType(KeyType::kRsa2048); }

struct Token {
  std::string audience = R"(["https://fleetca.example"])";
  int64_t not_before = kNowSeconds - 10;
  int64_t expires = kNowSeconds + 3600;
  std::string subject = "system:serviceaccount:payments:ledger";

  // As a cluster's kubelet projects it into a pod.
  std::string Payload() const {
    return absl::StrCat(R"({"aud":)", audience, R"(,"exp":)", expires, R"(,"iat":)", not_before,
                        R"(,"iss":")", kCluster,
                        R"(","jti":"8c3cd15f-2f39-4f0b-9a4e-7e9e7a2b5a3d","kubernetes.io":{)",
                        R"("namespace":"payments","node":{"name":"node-7","uid":"0a1b"},)",
                        R"("pod":{"name":"ledger-5d9c7b6f4d-x2x9k","uid":"1c2d"},)",
                        R"("serviceaccount":{"name":"ledger","uid":"3e4f"},"warnafter":)",
                        expires - 60, R"(},"nbf":)", not_before, R"(,"sub":")", subject, R"("})");
  }

  std::string Rs256() const {
    return MakeToken(kRs256, Payload(), Rsa(), SignatureScheme::kRsaPkcs1Sha256);
  }
};

std::string CiToken(absl::string_view claims) {
  return MakeToken(kEs256,
                   absl::StrCat(R"({"iss":"https://ci.example","aud":"fleetca","exp":)",
                                kNowSeconds + 60, R"(,"jti":"1",)", claims, "}"),
                   P256(), SignatureScheme::kEcdsaSha256);
}

class JwtReaderTest : public ::testing::Test {
 protected:
  JwtReaderTest() {
    const JwkSet keys = *JwkSet::Parse(MakeJwks({MakeJwk(P256(), "p256"), MakeJwk(Rsa(), "rsa")}));
    source_ = std::make_shared<FakeKeySource>(keys);
    auto made = JwtReader::Create(
        "fleet.example",
        {{.url = std::string(kCluster),
          .audiences = {"https://fleetca.example"},
          .algorithms = {SigningAlgorithm::kRs256},
          .keys = source_},
         {.url = std::string(kCi),
          .audiences = {"fleetca"},
          .algorithms = {SigningAlgorithm::kEs256},
          .keys = source_,
          .one_use = true}},
        {KubernetesServiceAccountRule(kCluster, "/svc/{namespace}/{name}"),
         {std::string(kCi), {{"sub", "repo:{repo}"}, {"/run/branch", "main"}}, "/job/{repo}"}});
    EXPECT_TRUE(made.ok()) << made.status();
    jwt_reader_ = *std::move(made);
  }

  absl::StatusOr<std::string> Identity(absl::string_view token, absl::Time now = kNow) {
    absl::StatusOr<JwtCaller> bearer = jwt_reader_->Authenticate(token, now, &detail_);
    if (!bearer.ok()) {
      return bearer.status();
    }
    return bearer->spiffe_id;
  }

  void ExpectRefused(absl::string_view token, absl::string_view why, absl::Time now = kNow) {
    const absl::StatusOr<std::string> identity = Identity(token, now);
    EXPECT_THAT(identity, IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown))
        << why;
    EXPECT_THAT(detail_, HasSubstr(why));
    sentences_.insert(std::string(identity.status().message()));
    EXPECT_EQ(sentences_.size(), 1u) << "a stranger can tell " << why;
  }

  std::shared_ptr<FakeKeySource> source_;
  std::unique_ptr<JwtReader> jwt_reader_;
  std::string detail_ = "left from before";
  std::set<std::string> sentences_;
};

TEST_F(JwtReaderTest, KnowsServiceAccountsByTheirProjectedToken) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string identity, Identity(Token().Rs256()));
  EXPECT_EQ(identity, "spiffe://fleet.example/svc/payments/ledger");
  EXPECT_THAT(detail_, IsEmpty());
  // A pod uses its token until it expires.
  FLEETCA_EXPECT_OK(Identity(Token().Rs256(), kNow + absl::Minutes(59)));
}

TEST_F(JwtReaderTest, KnowsOthersByTheirRules) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string identity,
                               Identity(CiToken(R"("sub":"repo:web","run":{"branch":"main"})")));
  EXPECT_EQ(identity, "spiffe://fleet.example/job/web");
}

TEST_F(JwtReaderTest, NamesATokenThatIsGoodForOneUseAndUsesNothingUp) {
  const std::string token = CiToken(R"("sub":"repo:web","run":{"branch":"main"})");
  for (int i = 0; i < 2; ++i) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtCaller bearer,
                                 jwt_reader_->Authenticate(token, kNow, &detail_));
    ASSERT_TRUE(bearer.one_use.has_value());
    const std::array<char, 32> hash =
        Sha256(std::string("https://ci.example\0"
                           "1",
                           20));
    EXPECT_EQ(bearer.one_use->id_hash, std::string(hash.begin(), hash.end()));
    EXPECT_EQ(bearer.one_use->expires_at, absl::FromUnixSeconds(kNowSeconds + 120));
    // It is not dated, so that its end says the earliest.
    EXPECT_EQ(bearer.one_use->unused_before,
              absl::FromUnixSeconds(kNowSeconds + 60) - kLongestUndated);
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwtCaller dated,
      jwt_reader_->Authenticate(
          CiToken(
              absl::StrCat(R"("sub":"repo:web","run":{"branch":"main"},"iat":)", kNowSeconds - 30)),
          kNow, &detail_));
  EXPECT_EQ(dated.one_use->unused_before, absl::FromUnixSeconds(kNowSeconds - 30 - 60))
      << "less the skew";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtCaller pod,
                               jwt_reader_->Authenticate(Token().Rs256(), kNow, &detail_));
  EXPECT_FALSE(pod.one_use.has_value());
}

TEST_F(JwtReaderTest, TellsTheBearerOfARightTokenThatNoRuleIsForIt) {
  for (const absl::string_view subject :
       {"system:serviceaccount:payments", "system:node:node-7", "system:serviceaccount:..:ledger",
        "system:serviceaccount:a:b:c", "system:serviceaccount:payments:a/b"}) {
    Token token;
    token.subject = std::string(subject);
    EXPECT_THAT(Identity(token.Rs256()),
                IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed))
        << subject;
    EXPECT_THAT(detail_, HasSubstr(subject));
    EXPECT_THAT(detail_, HasSubstr(kCluster));
  }
  // The rules of one issuer are not those of another: a CI job may call itself what it likes.
  EXPECT_THAT(Identity(CiToken(R"("sub":"system:serviceaccount:payments:ledger")")),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  // Only to who holds a right token: the same claims with a wrong signature are refused as all.
  Token token;
  token.subject = "system:node:node-7";
  ExpectRefused(MakeToken(kRs256, token.Payload(), TestKey::Make(KeyType::kRsa2048),
                          SignatureScheme::kRsaPkcs1Sha256),
                "the signature is wrong");
  EXPECT_THAT(*sentences_.begin(), Not(HasSubstr("rule")));
}

TEST_F(JwtReaderTest, KeepsControlCharactersOutOfTheLog) {
  Token token;
  token.subject = R"(a\nb\u001b[31m)";
  EXPECT_FALSE(Identity(token.Rs256()).ok());
  EXPECT_THAT(detail_, HasSubstr(R"(a\nb\x1b[31m)"));
}

TEST_F(JwtReaderTest, RefusesEveryWrongTokenWithOneSentence) {
  ExpectRefused("", "");
  ExpectRefused("not a token", "");
  Token other;
  other.audience = R"(["https://kubernetes.default.svc"])";
  ExpectRefused(other.Rs256(), "aud has none of our audiences");
  Token expired;
  expired.expires = kNowSeconds - 61;
  ExpectRefused(expired.Rs256(), "it expired at");
  Token early;
  early.not_before = kNowSeconds + 61;
  ExpectRefused(early.Rs256(), "nbf is ahead");
  const std::string payload = Token().Payload();
  for (const absl::string_view none : {"none", "None", "NONE"}) {
    ExpectRefused(
        AssembleToken(absl::StrCat(R"({"alg":")", none, R"(","kid":"rsa"})"), payload, ""), "alg");
  }
  ExpectRefused(MakeHmacToken(R"({"alg":"HS256","kid":"rsa"})", payload, MakeJwk(Rsa(), "rsa")),
                "alg HS256");
  ExpectRefused(MakeHmacToken(kRs256, payload, Rsa().public_key()), "the signature is wrong");
  const int unknown_before = source_->unknown_keys;
  ExpectRefused(
      MakeToken(R"({"alg":"RS256","kid":"new"})", payload, Rsa(), SignatureScheme::kRsaPkcs1Sha256),
      "no key \"new\"");
  EXPECT_EQ(source_->unknown_keys, unknown_before + 1);
  ExpectRefused(MakeToken(kEs256, payload, P256(), SignatureScheme::kEcdsaSha256), "not pinned");
  // EdDSA is not an algorithm of ours yet.
  ExpectRefused(MakeToken(R"({"alg":"EdDSA","kid":"ed"})", payload,
                          TestKey::OfType(KeyType::kEd25519), SignatureScheme::kEd25519),
                "alg EdDSA");
}

TEST_F(JwtReaderTest, RefusesAnIssuerThatIsNotConfigured) {
  ExpectRefused(MakeToken(kEs256, R"({"iss":"https://ci.example/","aud":"fleetca","sub":"a"})",
                          P256(), SignatureScheme::kEcdsaSha256),
                "\"https://ci.example/\" is not configured");
}

TEST(JwtReader, WithoutIssuersAcceptsNothing) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto none, JwtReader::Create("fleet.example", {}, {}));
  std::string detail;
  EXPECT_THAT(none->Authenticate(Token().Rs256(), kNow, &detail),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

TEST(JwtReader, RefusesRulesOfIssuersThatAreNone) {
  EXPECT_THAT(JwtReader::Create("fleet.example", {},
                                {KubernetesServiceAccountRule(kCluster, "/svc/{name}")}),
              IsInvalid(Reason::kConfigInvalid, "rules[0].issuer"));
  const std::shared_ptr<KeySource> keys = std::make_shared<FakeKeySource>();
  EXPECT_THAT(JwtReader::Create("fleet.example",
                                {{.url = "http://a.example",
                                  .audiences = {"fleetca"},
                                  .algorithms = {SigningAlgorithm::kRs256},
                                  .keys = keys}},
                                {}),
              IsInvalid(Reason::kConfigInvalid, "issuers[0].url"));
}

}  // namespace
}  // namespace fleetca::service

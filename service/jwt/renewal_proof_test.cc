#include "service/jwt/renewal_proof.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/bearer_token_limit.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeHmacToken;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;
using x509::kTestNow;

constexpr absl::string_view kAudience =
    "spiffe://fleet.example/svc/fleetca/fleetca.v1.CertificateAuthorityService/RenewCertificate";
constexpr absl::string_view kId = "0123456789abcdef";
constexpr absl::string_view kCsr = "the DER of a CSR";

const auto kIsRefused = IsError(absl::StatusCode::kUnauthenticated, Reason::kRenewalProofInvalid);

const TestKey& P256() { return TestKey::OfType(KeyType::kP256); }

const x509::TestCa& Ca() {
  static const auto* const kCa =
      new x509::TestCa(x509::MakeTestIssuingCa(x509::MakeTestRoot(KeyType::kP256), KeyType::kP256));
  return *kCa;
}

std::string X5c(const std::vector<std::string>& elements) {
  return absl::StrCat(R"("x5c":[")", absl::StrJoin(elements, R"(",")"), R"("])");
}

std::string Leaf(const TestKey& key = P256()) {
  return absl::Base64Escape(x509::IssueLeaf(Ca(), key));
}

std::string Header(absl::string_view alg = "ES256", const TestKey& key = P256()) {
  return absl::StrCat(R"({"alg":")", alg, R"(","typ":"fleetca-renewal+jwt",)", X5c({Leaf(key)}),
                      "}");
}

std::string Payload(absl::string_view more = "") {
  return absl::StrCat(R"({"aud":")", kAudience, R"(","iat":)", absl::ToUnixSeconds(kTestNow),
                      R"(,"jti":")", kId, R"(")", more, "}");
}

std::string CsrClaim(absl::string_view csr) {
  const auto digest = Sha256(csr);
  return absl::StrCat(R"(,"csr_sha256":")", testing::Base64Url({digest.data(), digest.size()}),
                      R"(")");
}

std::string Es256(absl::string_view header, absl::string_view payload) {
  return MakeToken(header, payload, P256(), SignatureScheme::kEcdsaSha256);
}

// Read, and the signature.
absl::Status Judge(absl::string_view proof, absl::string_view csr = "", absl::Time now = kTestNow) {
  const absl::StatusOr<RenewalProof> read =
      RenewalProof::Read(proof, {.audience = kAudience, .csr_der = csr, .now = now});
  return read.ok() ? read->CheckSignature() : read.status();
}

TEST(RenewalProofTest, TheAudienceIsTheServerAndTheMethod) {
  EXPECT_EQ(RenewalProofAudience("fleet.example"), kAudience);
}

TEST(RenewalProofTest, SaysWhichCertificateAndWhichUse) {
  const std::string leaf = x509::IssueLeaf(Ca(), P256());
  const std::string header = absl::StrCat(R"({"alg":"ES256","typ":"fleetca-renewal+jwt",)",
                                          X5c({absl::Base64Escape(leaf), "AAAA"}), "}");
  const std::string proof = Es256(header, Payload());
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const RenewalProof read,
      RenewalProof::Read(proof, {.audience = kAudience, .csr_der = "", .now = kTestNow}));
  FLEETCA_EXPECT_OK(read.CheckSignature());
  EXPECT_EQ(read.certificate(), leaf);
  EXPECT_EQ(read.use().id_hash.size(), 32u);
  EXPECT_EQ(read.use().expires_at, kTestNow + absl::Seconds(60));
  EXPECT_EQ(read.use().unused_before, kTestNow - absl::Seconds(60));
}

TEST(RenewalProofTest, EachKindOfKeyHasItsAlgorithm) {
  const std::pair<absl::string_view, std::pair<KeyType, SignatureScheme>> kRight[] = {
      {"ES256", {KeyType::kP256, SignatureScheme::kEcdsaSha256}},
      {"ES384", {KeyType::kP384, SignatureScheme::kEcdsaSha384}},
      {"EdDSA", {KeyType::kEd25519, SignatureScheme::kEd25519}},
      {"RS256", {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256}},
      {"PS256", {KeyType::kRsa2048, SignatureScheme::kRsaPssSha256}},
  };
  for (const auto& [alg, made] : kRight) {
    const TestKey& key = TestKey::OfType(made.first);
    FLEETCA_EXPECT_OK(Judge(MakeToken(Header(alg, key), Payload(), key, made.second))) << alg;
    const absl::string_view other = alg == "ES256" ? "ES384" : "ES256";
    EXPECT_THAT(Judge(MakeToken(Header(other, key), Payload(), key, made.second)), kIsRefused)
        << alg;
  }
  for (const absl::string_view alg : {"none", "HS256", "ES512", "RS1", "es256", ""}) {
    EXPECT_THAT(Judge(Es256(Header(alg), Payload())), kIsRefused) << alg;
  }
  EXPECT_THAT(Judge(testing::AssembleToken(Header("none"), Payload(), "")), kIsRefused);
  EXPECT_THAT(Judge(MakeHmacToken(Header("HS256"), Payload(), P256().public_key())), kIsRefused);
}

TEST(RenewalProofTest, IsGoodForAMinute) {
  const std::string proof = Es256(Header(), Payload());
  for (const int seconds : {-60, 0, 59}) {
    FLEETCA_EXPECT_OK(Judge(proof, "", kTestNow + absl::Seconds(seconds))) << seconds;
  }
  for (const int seconds : {-61, 60, 3600}) {
    EXPECT_THAT(Judge(proof, "", kTestNow + absl::Seconds(seconds)), kIsRefused) << seconds;
  }
}

TEST(RenewalProofTest, ASignatureOfAnotherKeyOrOfOtherTextIsRefused) {
  EXPECT_THAT(Judge(MakeToken(Header(), Payload(), TestKey::Make(KeyType::kP256),
                              SignatureScheme::kEcdsaSha256)),
              kIsRefused);
  const std::string proof = Es256(Header(), Payload());
  const std::string other =
      Es256(Header(), absl::StrReplaceAll(Payload(), {{kId, "f123456789abcdef"}}));
  EXPECT_THAT(
      Judge(absl::StrCat(proof.substr(0, proof.rfind('.')), other.substr(other.rfind('.')))),
      kIsRefused);
  EXPECT_THAT(Judge(proof.substr(0, proof.rfind('.') + 1)), kIsRefused);
  EXPECT_THAT(Judge(testing::AssembleToken(Header(), Payload(), std::string(64, '\0'))),
              kIsRefused);
  EXPECT_THAT(Judge(testing::AssembleToken(Header(), Payload(), std::string(63, '\1'))),
              kIsRefused);
}

TEST(RenewalProofTest, NamesTheCsrThatItCameWith) {
  const std::string bound = Es256(Header(), Payload(CsrClaim(kCsr)));
  FLEETCA_EXPECT_OK(Judge(bound, kCsr));
  EXPECT_THAT(Judge(bound, "the thief's CSR"),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalProofInvalid));
  EXPECT_THAT(Judge(bound, ""), kIsRefused) << "the CSR was taken away";
  EXPECT_THAT(Judge(Es256(Header(), Payload()), kCsr), kIsRefused) << "a CSR was put in";
  EXPECT_THAT(Judge(Es256(Header(), Payload(R"(,"csr_sha256":"")")), kCsr),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalProofInvalid));
}

// One text in place of another, in the payload or the header.
TEST(RenewalProofTest, WhatIsNotRightInEveryMemberIsRefused) {
  const std::string now = absl::StrCat(absl::ToUnixSeconds(kTestNow));
  const std::pair<std::string, std::string> kPayloads[] = {
      {"RenewCertificate", "IssueCertificate"},
      {"fleet.example", "other.example"},
      {absl::StrCat(R"("aud":")", kAudience, R"(")"),
       absl::StrCat(R"("aud":[")", kAudience, R"("])")},
      {absl::StrCat(R"("aud":")", kAudience, R"(",)"), ""},
      {absl::StrCat(R"("iat":)", now, ","), ""},
      {absl::StrCat(R"("iat":)", now), absl::StrCat(R"("iat":")", now, R"(")")},
      {absl::StrCat(R"("iat":)", now), R"("iat":-1)"},
      {absl::StrCat(R"("iat":)", now), R"("iat":1e300)"},
      {absl::StrCat(R"(,"jti":")", kId, R"(")"), ""},
      {std::string(kId), "0123456789abcde"},
      {std::string(kId), std::string(65, 'a')},
      {std::string(kId), "0123456789 abcdef"},
      {std::string(kId), R"(0123456789\u0000abcdef)"},
      {"}", absl::StrCat(R"(,"exp":)", now, "}")},
      {"}", R"(,"jti":"fedcba9876543210"})"},
      {"}", "} x"},
  };
  for (const auto& [from, to] : kPayloads) {
    const std::string payload = absl::StrReplaceAll(Payload(), {{from, to}});
    ASSERT_NE(payload, Payload()) << from;
    EXPECT_THAT(Judge(Es256(Header(), payload)), kIsRefused) << payload;
  }
  // ECDSA signs a certificate differently each time.
  const std::string leaf = Leaf();
  const std::string right =
      absl::StrCat(R"({"alg":"ES256","typ":"fleetca-renewal+jwt",)", X5c({"LEAF"}), "}");
  FLEETCA_EXPECT_OK(Judge(Es256(absl::StrReplaceAll(right, {{"LEAF", leaf}}), Payload())));
  const std::pair<std::string, std::string> kChanges[] = {
      {"fleetca-renewal+jwt", "JWT"},
      {R"("typ":"fleetca-renewal+jwt",)", ""},
      {R"("alg":"ES256",)", ""},
      {R"("alg":"ES256")", R"("alg":"ES256","alg":"ES256")"},
      {R"("alg":"ES256")", R"("alg":"ES256","crit":["b64"])"},
      {R"("alg":"ES256")", R"("alg":"ES256","jku":"https://a.example")"},
      {R"(["LEAF"])", "[]"},
      {R"(["LEAF"])", "[1]"},
      {R"(["LEAF"])", R"("LEAF")"},
      {R"(["LEAF"])", R"(["AAAA"])"},
      {R"(["LEAF"])", R"(["LEAF\n"])"},
      {R"(,"x5c":["LEAF"])", ""},
      {R"("LEAF")",
       absl::StrCat(R"("LEAF")", absl::StrJoin(std::vector<std::string>(99, ""), R"(,"AA==")"))},
      {"fleetca-renewal+jwt", "fleetca-renewal+jwt\xff"},
  };
  for (const auto& [from, to] : kChanges) {
    const std::string changed = absl::StrReplaceAll(right, {{from, to}});
    ASSERT_NE(changed, right) << from;
    EXPECT_THAT(Judge(Es256(absl::StrReplaceAll(changed, {{"LEAF", leaf}}), Payload())), kIsRefused)
        << changed;
  }
}

TEST(RenewalProofTest, WhatIsNoTokenOrTooLongIsRefusedAndNotRepeated) {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(".."), std::string("a.b.c.d"),
        std::string(kMaxBearerTokenBytes, '.'), std::string(kMaxBearerTokenBytes + 1, 'a')}) {
    const absl::Status refused = Judge(text);
    EXPECT_THAT(refused, kIsRefused);
    EXPECT_LT(refused.message().size(), 500u);
  }
  const absl::Status twice = Judge(Es256(
      Header(), absl::StrReplaceAll(R"({"NAME":1,"NAME":2})", {{"NAME", std::string(4000, 'n')}})));
  EXPECT_THAT(twice, kIsRefused);
  EXPECT_LT(twice.message().size(), 500u);
  const absl::Status refused = Judge(Es256(Header(), Payload(R"(,"sub":"top secret")")));
  EXPECT_THAT(refused.message(), HasSubstr("\"sub\""));
  EXPECT_THAT(refused.message(), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace fleetca::service

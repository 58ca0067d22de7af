// A verifier of JWTs with one token issuer, and JWTs that the issuer signs.
#ifndef FLEETCA_SERVICE_JWT_TESTING_JWT_VERIFIER_FIXTURE_H_
#define FLEETCA_SERVICE_JWT_TESTING_JWT_VERIFIER_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/jwt/jwt_verifier.h"
#include "service/jwt/testing/fake_key_source.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::testing {

using service::JwkSet;
using service::JwtClaims;
using service::JwtIssuer;
using service::JwtVerifier;
using service::SigningAlgorithm;
using ::testing::HasSubstr;

inline constexpr int64_t kNowSeconds = 1767225600;
inline constexpr absl::Time kNow = absl::FromUnixSeconds(kNowSeconds);
inline constexpr absl::string_view kIssuer = "https://issuer.test";
inline constexpr absl::string_view kEs256 = R"({"alg":"ES256","kid":"p256"})";
inline constexpr absl::string_view kRs256 = R"({"alg":"RS256","kid":"rsa"})";

inline const TestKey& P256() { return TestKey::OfType(KeyType::kP256); }
inline const TestKey& P384() { return TestKey::OfType(KeyType::kP384); }
inline const TestKey& Rsa() { return TestKey::OfType(KeyType::kRsa2048); }

// A right payload from now on for 10 minutes; `more` comes before it.
inline std::string Payload(absl::string_view more = "") {
  return absl::StrCat("{", more,
                      R"("iss":"https://issuer.test","aud":"fleetca","sub":"web","exp":)",
                      kNowSeconds + 600, R"(,"nbf":)", kNowSeconds, R"(,"iat":)", kNowSeconds, "}");
}

// The same with one text in place of another, which it must have.
inline std::string PayloadWith(absl::string_view from, absl::string_view to) {
  const std::string right = Payload();
  EXPECT_THAT(right, HasSubstr(from));
  return absl::StrReplaceAll(right, {{from, to}});
}

inline std::string Es256(absl::string_view payload) {
  return MakeToken(kEs256, payload, P256(), SignatureScheme::kEcdsaSha256);
}

class JwtVerifierTest : public ::testing::Test {
 protected:
  JwtVerifierTest() { Restart(Issuer()); }

  static JwkSet Keys() {
    return *JwkSet::Parse(
        MakeJwks({MakeJwk(P256(), "p256"), MakeJwk(P384(), "p384"), MakeJwk(Rsa(), "rsa"),
                  MakeJwk(Rsa(), "pss", R"("alg":"PS256",)")}));
  }

  JwtIssuer Issuer() {
    return {.url = std::string(kIssuer),
            .audiences = {"fleetca", "fleetca.test"},
            .algorithms = {SigningAlgorithm::kRs256, SigningAlgorithm::kPs256,
                           SigningAlgorithm::kEs256, SigningAlgorithm::kEs384},
            .keys = source_};
  }

  void Restart(JwtIssuer issuer) { verifier_ = *JwtVerifier::Create({std::move(issuer)}); }

  absl::StatusOr<JwtClaims> Verify(absl::string_view token, absl::Time now = kNow) {
    detail_.clear();
    return verifier_->Verify(token, now, &detail_);
  }

  // Refused for the reason that the log gets, with the sentence that every refusal has.
  void ExpectRefused(absl::string_view token, absl::string_view why, absl::Time now = kNow) {
    const absl::StatusOr<JwtClaims> claims = Verify(token, now);
    EXPECT_THAT(claims, IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown)) << why;
    EXPECT_THAT(detail_, HasSubstr(why));
    sentences_.insert(std::string(claims.status().message()));
    EXPECT_EQ(sentences_.size(), 1u) << "a stranger can tell " << why;
  }

  std::shared_ptr<FakeKeySource> source_ = std::make_shared<FakeKeySource>(Keys());
  std::unique_ptr<const JwtVerifier> verifier_;
  std::string detail_;
  std::set<std::string> sentences_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_JWT_TESTING_JWT_VERIFIER_FIXTURE_H_

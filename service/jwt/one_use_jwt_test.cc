// JWTs that are good for one certificate: what the verifier says of them for the issuer to judge.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/jwt/jwt_verifier.h"
#include "service/jwt/testing/jwt_verifier_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::Es256;
using ::fleetca::testing::JwtVerifierTest;
using ::fleetca::testing::kNowSeconds;
using ::fleetca::testing::Payload;
using ::fleetca::testing::PayloadWith;

using OneUseJwtTest = JwtVerifierTest;

TEST_F(OneUseJwtTest, ATokenThatIsGoodForOneUseNeedsAnId) {
  JwtIssuer once = Issuer();
  once.one_use = true;
  Restart(once);
  ExpectRefused(Es256(Payload()), "jti is missing");
  ExpectRefused(Es256(Payload(R"("jti":7,)")), "jti is missing");
  ExpectRefused(Es256(Payload(R"("jti":"",)")), "jti is missing");
  const std::string token = Es256(Payload(R"("jti":"1",)"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims claims, Verify(token));
  EXPECT_EQ(claims.one_use_jwt_id, "1");
  EXPECT_EQ(claims.refused_from, claims.expires + once.clock_skew);
  // Whether it was used is for the issuer to say: nothing is used up here.
  FLEETCA_EXPECT_OK(Verify(token));
  // To the last moment at which the skew lets it live.
  FLEETCA_EXPECT_OK(Verify(token, claims.refused_from - absl::Nanoseconds(1)));
  ExpectRefused(token, "expired", claims.refused_from);
}

TEST_F(OneUseJwtTest, ATokenThatIsGoodForOneUseSaysBeforeWhenItWasNotUsed) {
  JwtIssuer once = Issuer();
  once.one_use = true;
  Restart(once);
  const auto token = [&](absl::string_view dates) {
    return Es256(
        PayloadWith(absl::StrCat(R"(,"nbf":)", kNowSeconds, R"(,"iat":)", kNowSeconds, "}"),
                    absl::StrCat(R"(,"jti":"1")", dates, "}")));
  };
  const absl::Time expires = absl::FromUnixSeconds(kNowSeconds + 600);
  struct Case {
    std::string dates;
    absl::Time expected;
  };
  for (const Case& test : std::vector<Case>{
           {absl::StrCat(R"(,"nbf":)", kNowSeconds - 9, R"(,"iat":)", kNowSeconds - 5),
            absl::FromUnixSeconds(kNowSeconds - 5) - once.clock_skew},
           {absl::StrCat(R"(,"nbf":)", kNowSeconds - 9),
            absl::FromUnixSeconds(kNowSeconds - 9) - once.clock_skew},
           {"", expires - kLongestUndated}}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims claims, Verify(token(test.dates)));
    EXPECT_EQ(claims.unused_before, test.expected) << test.dates;
  }
  // One whose issuer's clock is ahead is used before its date.
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwtClaims ahead,
      Verify(
          token(absl::StrCat(R"(,"iat":)", kNowSeconds + absl::ToInt64Seconds(once.clock_skew)))));
  EXPECT_LE(ahead.unused_before, absl::FromUnixSeconds(kNowSeconds));
  // One that is not dated does not live long.
  const absl::Time early = expires - kLongestUndated;
  FLEETCA_EXPECT_OK(Verify(token(""), early));
  ExpectRefused(token(""), "neither iat nor nbf", early - absl::Seconds(1));
}

TEST_F(OneUseJwtTest, AnotherTokenHasNoIdToUseUp) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const JwtClaims claims, Verify(Es256(Payload(R"("jti":"1",)"))));
  EXPECT_EQ(claims.one_use_jwt_id, "");
}

}  // namespace
}  // namespace fleetca::service

#include "service/bootstrap/bearer_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/jwt/testing/fake_key_source.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::TestKey;

constexpr int64_t kNowSeconds = 1767225600;
constexpr char kPeer[] = "ipv4:192.0.2.1:1";

const TestKey& Key() { return TestKey::OfType(KeyType::kP256); }

// A JWT of the one issuer. `claims` come after the usual ones.
std::string Jwt(absl::string_view expires, absl::string_view claims) {
  return MakeToken(R"({"alg":"ES256","kid":"a"})",
                   absl::StrCat(R"({"iss":"https://ci.example","aud":"fleetca","jti":"1","exp":)",
                                expires, claims, "}"),
                   Key(), SignatureScheme::kEcdsaSha256);
}

class BearerReaderTest : public ::testing::Test {
 protected:
  BearerReaderTest() { MakeReader(/*certificates_end_with_token=*/false); }

  void MakeReader(bool certificates_end_with_token) {
    auto made =
        JwtReader::Create("fleet.test",
                          {{.url = "https://ci.example",
                            .audiences = {"fleetca"},
                            .algorithms = {SigningAlgorithm::kEs256},
                            .keys = std::make_shared<testing::FakeKeySource>(
                                *JwkSet::Parse(MakeJwks({MakeJwk(Key(), "a")}))),
                            .one_use = true,
                            .certificates_end_with_token = certificates_end_with_token}},
                          {{"https://ci.example", {{"sub", "repo:{repo}"}}, "/job/{repo}"}});
    EXPECT_TRUE(made.ok()) << made.status();
    jwts_ = *std::move(made);
  }

  absl::StatusOr<internal::v1::Credential> Read(absl::string_view header) {
    BearerReader reader(jwts_.get(), clock_);
    return reader.ReadHeader(header, kPeer);
  }

  const testing::FakeClock clock_{absl::FromUnixSeconds(kNowSeconds)};
  std::unique_ptr<const JwtReader> jwts_;
};

TEST_F(BearerReaderTest, AJoinTokenBecomesItsHash) {
  // The scheme has no case (RFC 9110 section 11.1).
  const std::array<char, 32> hash = Sha256("fjt_secret");
  for (const char* header : {"Bearer fjt_secret", "bearer fjt_secret", "BEARER fjt_secret"}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const internal::v1::Credential credential, Read(header));
    EXPECT_EQ(credential.join_token_hash(), absl::string_view(hash.data(), hash.size()));
    EXPECT_EQ(credential.SerializeAsString().find("secret"), std::string::npos);
  }
}

TEST_F(BearerReaderTest, WhatIsNoBearerTokenIsNone) {
  for (const char* header : {"", "Bearer", "Bearer ", "fjt_secret", "Basic fjt_secret"}) {
    EXPECT_THAT(Read(header), IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown))
        << header;
  }
}

TEST_F(BearerReaderTest, ATokenHas16KiBAtMost) {
  FLEETCA_EXPECT_OK(Read("Bearer " + std::string(16384, 'x')));
  EXPECT_THAT(Read("Bearer " + std::string(16385, 'x')),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
  // A JWT of people in many groups.
  const std::string groups =
      absl::StrCat(R"(,"sub":"repo:web","groups":")", std::string(11000, 'g'), "\"");
  FLEETCA_EXPECT_OK(Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60), groups)));
}

// One sentence for strangers; what they are not told, the operator is.
TEST_F(BearerReaderTest, TheLogHasWhyAJwtWasRefused) {
  const auto log_of = [this](const std::string& token) {
    ::testing::internal::CaptureStderr();
    EXPECT_FALSE(Read("Bearer " + token).ok());
    return ::testing::internal::GetCapturedStderr();
  };
  const auto has = [](const std::string& log, const std::string& words) {
    return log.find("A JWT was refused") != log.npos && log.find(words) != log.npos &&
           log.find(kPeer) != log.npos;
  };
  const std::string expired = Jwt(absl::StrCat(kNowSeconds - 3600), R"(,"sub":"repo:web")");
  EXPECT_TRUE(has(log_of(expired), "it expired at"));
  EXPECT_EQ(log_of(expired).find(expired), std::string::npos);
  EXPECT_TRUE(has(log_of("a.b.c"), "the header is not canonical base64url"));
  EXPECT_TRUE(has(log_of(Jwt(absl::StrCat(kNowSeconds + 60), R"(,"sub":"someone")")),
                  "no rule gives the bearer"));
  EXPECT_TRUE(has(log_of(std::string(16385, '.')), "longer than 16 KiB"));
  jwts_ = nullptr;
  EXPECT_TRUE(has(log_of(expired), "no token_issuers are configured"));
}

TEST_F(BearerReaderTest, CertificatesEndWithTheTokenWhereTheIssuerWantsThat) {
  const std::string token = Jwt(absl::StrCat(kNowSeconds + 600, ".75"), R"(,"sub":"repo:web")");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const internal::v1::Credential free, Read("Bearer " + token));
  EXPECT_FALSE(free.jwt().has_certificates_end());
  MakeReader(/*certificates_end_with_token=*/true);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const internal::v1::Credential bound, Read("Bearer " + token));
  EXPECT_EQ(bound.jwt().certificates_end().seconds(), kNowSeconds + 600);
  EXPECT_EQ(bound.jwt().certificates_end().nanos(), 0);
}

TEST_F(BearerReaderTest, AJwtBecomesItsIdentity) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const internal::v1::Credential credential,
      Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60),
                           absl::StrCat(R"(,"sub":"repo:web","iat":)", kNowSeconds - 5))));
  ASSERT_TRUE(credential.has_jwt());
  EXPECT_EQ(credential.jwt().identity(), "spiffe://fleet.test/job/web");
  EXPECT_EQ(credential.jwt().one_use().id_hash().size(), 32u);
  EXPECT_EQ(credential.jwt().one_use().unused_before().seconds(), kNowSeconds - 5 - 60);
}

TEST_F(BearerReaderTest, PartsOfASecondAreRoundedToTheSafeSide) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const internal::v1::Credential credential,
      Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60, ".25"),
                           absl::StrCat(R"(,"sub":"repo:web","iat":)", kNowSeconds - 5, ".25"))));
  const internal::v1::OneUse& use = credential.jwt().one_use();
  // The expiry has the clock skew that is granted in it.
  EXPECT_GE(use.expires_at().seconds(), kNowSeconds + 61);
  EXPECT_EQ(use.expires_at().nanos(), 0);
  EXPECT_EQ(use.unused_before().seconds(), kNowSeconds - 5 - 60);
  EXPECT_EQ(use.unused_before().nanos(), 0);
}

TEST_F(BearerReaderTest, AJwtThatDoesNotSayWhenItWasIssuedMayBeADayOld) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const internal::v1::Credential credential,
      Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60), R"(,"sub":"repo:web")")));
  EXPECT_EQ(credential.jwt().one_use().unused_before().seconds(), kNowSeconds + 60 - 24 * 3600);
}

TEST_F(BearerReaderTest, RefusalsAreTheSameExceptForAGoodJwtWithoutARule) {
  const absl::Status expired =
      Read("Bearer " + Jwt(absl::StrCat(kNowSeconds - 3600), R"(,"sub":"repo:web")")).status();
  const absl::Status nonsense = Read("Bearer a.b.c").status();
  EXPECT_THAT(expired, IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
  EXPECT_EQ(expired, nonsense);
  EXPECT_THAT(Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60), R"(,"sub":"someone")")),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  jwts_ = nullptr;
  EXPECT_EQ(Read("Bearer " + Jwt(absl::StrCat(kNowSeconds + 60), R"(,"sub":"repo:web")")).status(),
            nonsense);
}

}  // namespace
}  // namespace fleetca::service

#include "service/config/token_issuer_config.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/config/config_reader.h"
#include "base/config/config_text.h"
#include "base/crypto_types.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "fleetca/config/v1/config.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::MakeToken;
using ::fleetca::testing::TemporaryFolder;
using ::fleetca::testing::TestKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Each line is known by its number.
constexpr char kGood[] = R"(token_issuers {
  url: "https://cluster.example"
  audiences: "fleetca"
  algorithms: TOKEN_ALGORITHM_RS256
  jwks_file: "cluster.json"
  kubernetes_identity: "/svc/{namespace}/{name}"
}
token_issuers {
  url: "https://ci.example"
  audiences: ["fleetca", "https://fleetca.example"]
  algorithms: [TOKEN_ALGORITHM_ES256, TOKEN_ALGORITHM_PS512]
  jwks_url { url: "https://ci.example/jwks" ca_file: "ci.pem" refresh_interval { seconds: 10 } }
  clock_skew { seconds: 5 }
  one_use { max_tokens: 7 }
  certificates_end_with_token: true
  rules { matches { claim: "sub" pattern: "repo:{repo}" } identity: "/job/{repo}" }
  rules { matches { claim: "/run/kind" pattern: "x" } matches { claim: "sub" pattern: "x" } identity: "/x" }
}
)";

// The status of the text as a whole, and what was read in any case.
absl::Status Read(absl::string_view text, std::vector<TokenIssuerConfig>* issuers) {
  config::v1::ServerConfig message;
  ConfigText written(text, "fleetca.textproto", &message);
  if (written.parsed()) {
    ConfigReader reader(&written, "conf");
    *issuers = ReadTokenIssuers("token_issuers", message.token_issuers(), "fleet.example", &reader);
  }
  return written.ToStatus();
}

std::vector<TokenIssuerConfig> ReadGood(absl::string_view text) {
  std::vector<TokenIssuerConfig> issuers;
  FLEETCA_EXPECT_OK(Read(text, &issuers));
  return issuers;
}

// One text in place of another, which must be there, is one mistake with this field and line.
void ExpectMistake(absl::string_view from, absl::string_view to, absl::string_view field, int line,
                   absl::string_view words) {
  SCOPED_TRACE(to);
  std::string text = kGood;
  ASSERT_THAT(text, HasSubstr(from));
  text = absl::StrReplaceAll(text, {{from, to}});
  std::vector<TokenIssuerConfig> issuers;
  const absl::Status status = Read(text, &issuers);
  EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, field));
  EXPECT_THAT(std::string(status.message()),
              StartsWith(absl::StrCat("fleetca.textproto:", line, ": ", field, ": ")));
  EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  EXPECT_EQ(status.message().find('\n'), absl::string_view::npos) << status;
}

TEST(ReadTokenIssuers, ReadsWhatIsWritten) {
  const std::vector<TokenIssuerConfig> issuers = ReadGood(kGood);
  ASSERT_EQ(issuers.size(), 2u);
  const TokenIssuerConfig& cluster = issuers[0];
  EXPECT_EQ(cluster.url, "https://cluster.example");
  EXPECT_THAT(cluster.audiences, ElementsAre("fleetca"));
  EXPECT_THAT(cluster.algorithms, ElementsAre(SigningAlgorithm::kRs256));
  EXPECT_EQ(cluster.jwks_file, "conf/cluster.json");
  EXPECT_EQ(cluster.jwks_url, "");
  EXPECT_EQ(cluster.clock_skew, absl::Minutes(1));
  EXPECT_FALSE(cluster.one_use);
  EXPECT_FALSE(cluster.certificates_end_with_token);
  ASSERT_EQ(cluster.rules.size(), 1u);
  EXPECT_EQ(cluster.rules[0].issuer, cluster.url);
  EXPECT_EQ(cluster.rules[0].matches[0].pattern, "system:serviceaccount:{namespace}:{name}");
  EXPECT_EQ(cluster.rules[0].identity, "/svc/{namespace}/{name}");

  const TokenIssuerConfig& ci = issuers[1];
  EXPECT_THAT(ci.audiences, ElementsAre("fleetca", "https://fleetca.example"));
  EXPECT_THAT(ci.algorithms, ElementsAre(SigningAlgorithm::kEs256, SigningAlgorithm::kPs512));
  EXPECT_EQ(ci.jwks_file, "");
  EXPECT_EQ(ci.jwks_url, "https://ci.example/jwks");
  EXPECT_EQ(ci.jwks_ca_file, "conf/ci.pem");
  EXPECT_EQ(ci.jwks_refresh_interval, absl::Seconds(10));
  EXPECT_EQ(ci.clock_skew, absl::Seconds(5));
  EXPECT_TRUE(ci.one_use);
  EXPECT_TRUE(ci.certificates_end_with_token);
  ASSERT_EQ(ci.rules.size(), 2u);
  EXPECT_EQ(ci.rules[1].matches[0].claim, "/run/kind");
  EXPECT_EQ(ci.rules[1].identity, "/x");
}

TEST(ReadTokenIssuers, ReadsBackWhatItPrints) {
  config::v1::ServerConfig printed;
  TokenIssuersToConfig(ReadGood(absl::StrReplaceAll(kGood, {{"{ max_tokens: 7 }", "{}"}})),
                       printed.mutable_token_issuers());
  std::string text;
  google::protobuf::TextFormat::PrintToString(printed, &text);
  EXPECT_THAT(text, HasSubstr("one_use {"));
  EXPECT_THAT(text, HasSubstr("certificates_end_with_token: true"));
  EXPECT_THAT(text, HasSubstr("seconds: 60"));
  config::v1::ServerConfig again;
  // Paths are relative to the file's folder, which is "conf" here each time.
  TokenIssuersToConfig(ReadGood(absl::StrReplaceAll(text, {{"conf/", ""}})),
                       again.mutable_token_issuers());
  EXPECT_EQ(again.DebugString(), printed.DebugString());
}

TEST(ReadTokenIssuers, NamesLineAndFieldOfEveryMistake) {
  ExpectMistake("\"https://cluster.example\"", "\"http://cluster.example\"", "token_issuers[0].url",
                2, "does not begin with https://");
  ExpectMistake("  url: \"https://cluster.example\"", "", "token_issuers[0].url", 1, "https://");
  ExpectMistake("https://cluster.example", "https://ci.example", "token_issuers[1].url", 9,
                "is also the URL of token_issuers[0]");
  ExpectMistake("[\"fleetca\", \"https://fleetca.example\"]", "[]", "token_issuers[1].audiences",
                10, "is empty");
  ExpectMistake("[\"fleetca\",", "[\"\",", "token_issuers[1].audiences", 10, "an empty one");
  ExpectMistake("  algorithms: TOKEN_ALGORITHM_RS256", "", "token_issuers[0].algorithms", 1,
                "is empty");
  ExpectMistake("TOKEN_ALGORITHM_RS256", "TOKEN_ALGORITHM_UNSPECIFIED",
                "token_issuers[0].algorithms[0]", 4, "is not an algorithm");
  ExpectMistake("  jwks_file: \"cluster.json\"", "", "token_issuers[0]", 1, "names no keys");
  ExpectMistake("\"cluster.json\"", "\"\"", "token_issuers[0].jwks_file", 5, "is missing");
  ExpectMistake("https://ci.example/jwks", "http://ci.example/jwks",
                "token_issuers[1].jwks_url.url", 12, "https://");
  ExpectMistake("https://ci.example/jwks", "https://me:secret@ci.example/jwks",
                "token_issuers[1].jwks_url.url", 12, "");
  ExpectMistake("seconds: 10 ", "seconds: 9 ", "token_issuers[1].jwks_url.refresh_interval", 12,
                "10 seconds to 1 day");
  ExpectMistake("clock_skew { seconds: 5 }", "clock_skew { seconds: 301 }",
                "token_issuers[1].clock_skew", 13, "5 minutes");
  ExpectMistake("  kubernetes_identity: \"/svc/{namespace}/{name}\"",
                "  kubernetes_identity: \"/svc/{namespace}/{name}\" one_use {}",
                "token_issuers[0].one_use", 6, "pods");
  ExpectMistake("  kubernetes_identity: \"/svc/{namespace}/{name}\"", "", "token_issuers[0].rules",
                1, "no token stands for anyone");
  ExpectMistake("/svc/{namespace}/{name}", "/svc/{account}", "token_issuers[0].kubernetes_identity",
                6, "no match of this rule captures");
  ExpectMistake("repo:{repo}", "repo:{repo", "token_issuers[1].rules[0].matches[0].pattern", 16,
                "");
  ExpectMistake("\"/run/kind\"", "\"\"", "token_issuers[1].rules[1].matches[0].claim", 17,
                "is not a claim");
  ExpectMistake("identity: \"/job/{repo}\"", "identity: \"job\"",
                "token_issuers[1].rules[0].identity", 16, "begin it with");
  ExpectMistake("matches { claim: \"sub\" pattern: \"x\" }", "",
                "token_issuers[1].rules[1].matches", 17, "that rules[0] matches too");
}

TEST(ReadTokenIssuers, NamesAllMistakesAtOnce) {
  std::vector<TokenIssuerConfig> issuers;
  const absl::Status status = Read("token_issuers {}\n", &issuers);
  for (const char* field : {": token_issuers[0]: ", "[0].url: ", "[0].audiences: ",
                            "[0].algorithms: ", "[0].rules: "}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
}

class MakeJwtReaderTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/jwks.json"; }

  std::vector<TokenIssuerConfig> Issuers() const {
    std::vector<TokenIssuerConfig> issuers = ReadGood(kGood);
    issuers.pop_back();
    issuers[0].jwks_file = path();
    return issuers;
  }

  TemporaryFolder folder_;
  const std::unique_ptr<FileWatcher> watcher_ = *FileWatcher::Start();
};

TEST_F(MakeJwtReaderTest, KnowsBearersByTheKeysOfAFile) {
  const TestKey& key = TestKey::OfType(KeyType::kRsa2048);
  FLEETCA_ASSERT_OK(WriteFileAtomic(path(), MakeJwks({MakeJwk(key, "a")}), 0644));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto jwt_reader,
                               MakeJwtReader("fleet.example", Issuers(), *watcher_));
  const std::string token =
      MakeToken(R"({"alg":"RS256","kid":"a"})",
                R"({"iss":"https://cluster.example","aud":"fleetca","exp":2000,)"
                R"("sub":"system:serviceaccount:payments:ledger"})",
                key, SignatureScheme::kRsaPkcs1Sha256);
  std::string detail;
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const JwtCaller bearer,
      jwt_reader->Authenticate(token, absl::FromUnixSeconds(1000), &detail));
  EXPECT_EQ(bearer.spiffe_id, "spiffe://fleet.example/svc/payments/ledger");
  EXPECT_THAT(jwt_reader->Authenticate(token, absl::FromUnixSeconds(2061), &detail),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

TEST_F(MakeJwtReaderTest, BeginsWithoutKeysAndSaysSo) {
  ::testing::internal::CaptureStderr();
  const auto missing = MakeJwtReader("fleet.example", Issuers(), *watcher_);
  const absl::Status written = WriteFileAtomic(path(), "{}", 0644);
  const auto wrong = MakeJwtReader("fleet.example", Issuers(), *watcher_);
  const std::string log = ::testing::internal::GetCapturedStderr();
  FLEETCA_EXPECT_OK(written);
  FLEETCA_EXPECT_OK(missing);
  FLEETCA_EXPECT_OK(wrong);
  EXPECT_THAT(log, HasSubstr("its tokens are refused"));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("Cannot read ", path())));
  EXPECT_THAT(log, HasSubstr("has no list"));
}

TEST_F(MakeJwtReaderTest, AcceptsNothingWithoutIssuers) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto jwt_reader,
                               MakeJwtReader("fleet.example", {}, *watcher_));
  std::string detail;
  EXPECT_FALSE(jwt_reader->Authenticate("a.b.c", absl::UnixEpoch(), &detail).ok());
}

}  // namespace
}  // namespace fleetca::service

#include "service/config/http_config.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"
#include "service/config/testing/server_config_fixture.h"

namespace fleetca::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ServerConfig Parse(absl::string_view text) {
  absl::StatusOr<ServerConfig> config = ParseServerConfig(text, kPath);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : ServerConfig();
}

std::string OnlyMistake(absl::string_view text) {
  const absl::Status status = ParseServerConfig(text, kPath).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  return std::string(status.message());
}

constexpr char kHttp[] = "http { address: \"0.0.0.0:8080\" base_url: \"http://pki.fleet.example\" ";

TEST(HttpConfigTest, HttpHasItsDefaults) {
  EXPECT_EQ(Parse(kGood).http.address, "");
  const HttpConfig http = Parse(absl::StrCat(kGood, kHttp, "}\n")).http;
  EXPECT_EQ(http.address, "0.0.0.0:8080");
  EXPECT_EQ(http.base_url, "http://pki.fleet.example");
  EXPECT_EQ(http.max_connections, 1024u);
  EXPECT_EQ(http.MaxConnectionsPerAddress(), 256u);
  EXPECT_EQ(http.threads, 2u);
  EXPECT_EQ(http.request_timeout, absl::Seconds(15));
  EXPECT_EQ(http.answer_timeout, absl::Minutes(5));
  EXPECT_EQ(
      Parse(absl::StrCat(kGood, kHttp, "max_connections: 2 }\n")).http.MaxConnectionsPerAddress(),
      1u);
}

TEST(HttpConfigTest, EachMistakeIsNamed) {
  const auto mistake = [](absl::string_view more) {
    return OnlyMistake(absl::StrCat(kGood, kHttp, more, " }\n"));
  };
  EXPECT_THAT(mistake("threads: 65"), StartsWith("conf/fleetca.textproto:16: http.threads: "));
  EXPECT_THAT(mistake("max_connections: 2000000"), HasSubstr(": http.max_connections: "));
  EXPECT_THAT(mistake("max_connections_per_address: 2000000"),
              HasSubstr(": http.max_connections_per_address: "));
  EXPECT_THAT(mistake("request_timeout { seconds: 301 }"), HasSubstr(": http.request_timeout: "));
  EXPECT_THAT(mistake("answer_timeout {}"), HasSubstr(": http.answer_timeout: "));
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "http { address: \"0.0.0.0:8080\" }\n")),
              HasSubstr(": http.base_url: is missing"));
  EXPECT_THAT(OnlyMistake(absl::StrCat(
                  kGood, "http { address: \"0.0.0.0:8080\" base_url: \"https://a.example\" }\n")),
              HasSubstr(": http.base_url: is an https URL"));
  EXPECT_THAT(OnlyMistake(absl::StrCat(
                  kGood, "http { address: \"127.0.0.1:8443\" base_url: \"http://a.example\" }\n")),
              HasSubstr(": http.address: is listener.address as well"));
}

}  // namespace
}  // namespace fleetca::service

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"
#include "service/config/testing/server_config_fixture.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ServerConfigTextTest, ReadsBackToTheSame) {
  const std::string text = ServerConfigToText(GoodConfig(kGood));
  absl::StatusOr<ServerConfig> again = ParseServerConfig(text, "-");
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
  EXPECT_EQ(ServerConfigToText(*again), text);
  EXPECT_EQ(again->store.path, "conf/store");
  EXPECT_EQ(again->policy_file, "conf/policy.textproto");
}

TEST(ServerConfigTextTest, ShowsDefaults) {
  const std::string text = ServerConfigToText(GoodConfig(kGood));
  for (const char* line :
       {"reflection: false", "seconds: 30", "max_batch_items: 1000", "max_csr_bytes: 8192",
        "LOG_LEVEL_INFO", "possession_lanes: POSSESSION_LANES_AUTO",
        "fleet_arc: \"1.3.6.1.4.1.32473.1\"", "provenance: false", "max_per_second: 100",
        "seconds: 21600", "policy_file: \"conf/policy.textproto\"",
        "file: \"conf/ca.passphrase\""}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ServerConfigTextTest, MasksWhatLooksLikeASecret) {
  ServerConfig config = GoodConfig(kGood);
  config.issuer.key.path = "-----BEGIN PRIVATE KEY-----\nhunter2";
  EXPECT_THAT(ServerConfigToText(config), Not(HasSubstr("hunter2")));
  EXPECT_THAT(ServerConfigToText(config), HasSubstr("(masked)"));
  EXPECT_THAT(ServerConfigToJson(config), Not(HasSubstr("hunter2")));
}

TEST(ServerConfigTextTest, JsonHasTheNamesOfTheTextAndDefaults) {
  const std::string json = ServerConfigToJson(GoodConfig(kGood));
  for (const char* member : {"\"policy_file\": \"conf/policy.textproto\"", "\"reflection\": false",
                             "\"drain_timeout\": \"30s\"", "\"LOG_LEVEL_INFO\""}) {
    EXPECT_THAT(json, HasSubstr(member));
  }
}

}  // namespace
}  // namespace fleetca::service

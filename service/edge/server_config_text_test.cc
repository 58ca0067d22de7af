#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/edge/server_config.h"
#include "service/edge/server_config_testing.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;

ServerConfig Parse(absl::string_view text) {
  absl::StatusOr<ServerConfig> config = ParseServerConfig(text, kPath);
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

TEST(ServerConfigTextTest, ReadsBackToTheSame) {
  const std::string text = ServerConfigToText(Parse(kGood));
  absl::StatusOr<ServerConfig> again = ParseServerConfig(text, "-");
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << text;
  EXPECT_EQ(ServerConfigToText(*again), text);
  EXPECT_EQ(again->store.path, "conf/store");
  EXPECT_EQ(again->profiles[0].max_lifetime(), absl::Hours(1));
}

TEST(ServerConfigTextTest, ShowsDefaults) {
  const std::string text = ServerConfigToText(Parse(kGood));
  for (const char* line :
       {"reflection: false", "seconds: 30", "max_batch_items: 1000", "max_csr_bytes: 8192",
        "KEY_ALGORITHM_ED25519", "SUBJECT_FORM_EMPTY", "LOG_LEVEL_INFO",
        "may_get_certificates: false", "dns_wildcards: false", "file: \"conf/ca.passphrase\""}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ServerConfigTextTest, MasksWhatLooksLikeASecret) {
  ServerConfig config = Parse(kGood);
  config.issuer.private_key_file = "-----BEGIN PRIVATE KEY-----\nhunter2";
  EXPECT_THAT(ServerConfigToText(config), Not(HasSubstr("hunter2")));
  EXPECT_THAT(ServerConfigToText(config), HasSubstr("(masked)"));
}

}  // namespace
}  // namespace fleetca::service

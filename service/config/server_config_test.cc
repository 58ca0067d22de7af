#include "service/config/server_config.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/testing/server_config_fixture.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::service {
namespace {

using testing::Pair;
using testing::StartsWith;

TEST(ServerConfigTest, GoodFileGetsItsDefaults) {
  const ServerConfig config = GoodConfig(kGood);
  EXPECT_EQ(config.trust_domain, "fleet.example");
  EXPECT_EQ(config.listener.address, "127.0.0.1:8443");
  EXPECT_FALSE(config.listener.reflection);
  EXPECT_EQ(config.listener.drain_timeout, absl::Seconds(30));
  EXPECT_EQ(config.store.block_cache_bytes, size_t{64} << 20);
  EXPECT_EQ(config.store.memtable_bytes, size_t{64} << 20);
  EXPECT_EQ(config.store_retention, absl::Hours(24 * 30));
  EXPECT_EQ(config.policy_file, "conf/policy.textproto");
  EXPECT_EQ(config.bootstrap_address, "");
  EXPECT_EQ(config.issuer.fleet_arc, "1.3.6.1.4.1.32473.1");
  EXPECT_FALSE(config.issuer.provenance);
  EXPECT_EQ(config.limits.max_csr_bytes, 8192u);
  EXPECT_EQ(config.limits.max_batch_items, 1000u);
  EXPECT_EQ(config.limits.max_message_bytes, size_t{8} << 20);
  EXPECT_EQ(config.limits.queue_capacity, 10000u);
  EXPECT_EQ(config.limits.worker_threads, 0u);
  EXPECT_EQ(config.limits.worker_batch, 64u);
  EXPECT_EQ(config.limits.stream_window, 256u);
  EXPECT_EQ(config.limits.max_connections, 0u);
  EXPECT_EQ(config.limits.max_connections_per_address, 0u);
  EXPECT_EQ(config.limits.max_connections_per_caller, 256u);
  EXPECT_EQ(config.limits.message_timeout, absl::Seconds(30));
  EXPECT_EQ(config.log_format, log::Format::kText);
  EXPECT_EQ(config.log_level, log::Level::kInfo);
}

TEST(ServerConfigTest, EachPathIsKeptWithItsField) {
  EXPECT_THAT(GoodConfig(kGood).paths, testing::IsSupersetOf({
                                           Pair("listener.certificate_file", "conf/server/tls.pem"),
                                           Pair("listener.client_ca_file", "/etc/roots.pem"),
                                           Pair("store.head_file", "conf/store.head"),
                                           Pair("policy_file", "conf/policy.textproto"),
                                       }));
}

TEST(ServerConfigTest, RelativePathsAreOfTheFilesFolder) {
  const ServerConfig config = GoodConfig(kGood);
  EXPECT_EQ(config.listener.certificate_file, "conf/server/tls.pem");
  EXPECT_EQ(config.listener.client_ca_file, "/etc/roots.pem");
  EXPECT_EQ(config.issuer.key.passphrase.file, "conf/ca.passphrase");
  EXPECT_EQ(config.store.path, "conf/store");
  EXPECT_EQ(config.store.head_file, "conf/store.head");
  EXPECT_EQ(config.clock.behind, absl::Minutes(5));
  EXPECT_EQ(config.clock.ahead, absl::Hours(24));
  EXPECT_EQ(config.folder, "conf");
  EXPECT_EQ(config.own_certificates.server_profile, "");
  EXPECT_EQ(ParseServerConfig(kGood, "fleetca.textproto")->store.path, "store");
  EXPECT_EQ(ParseServerConfig(kGood, "-")->store.path, "store");
  EXPECT_EQ(ParseServerConfig(kGood, "/fleetca.textproto")->store.path, "/store");
}

TEST(ServerConfigTest, OwnCertificatesAreRenewedByAProfileAndWatched) {
  const ServerConfig config =
      GoodConfig(absl::StrCat(kGood,
                              "own_certificates { server_profile: \"own\" watched_files: \"a.crt\" "
                              "watched_files: \"/b.crt\" }\n"));
  EXPECT_EQ(config.own_certificates.server_profile, "own");
  EXPECT_THAT(config.own_certificates.watched_files, testing::ElementsAre("conf/a.crt", "/b.crt"));
}

TEST(ServerConfigTest, CrlShardsAreWhatIsWrittenOrLeftToTheIssuingCa) {
  EXPECT_FALSE(GoodConfig(kGood).revocation.crl_shards.has_value());
  const auto written = [](absl::string_view shards) {
    return GoodConfig(absl::StrCat(kGood, "revocation { crl_shards: ", shards, " }\n"))
        .revocation.crl_shards;
  };
  EXPECT_EQ(written("1"), 1);
  EXPECT_EQ(written("100"), 100);
  EXPECT_EQ(written("4096"), 4096);
  EXPECT_FALSE(written("0").has_value());
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "revocation { crl_shards: 4097 }\n")),
              StartsWith("conf/fleetca.textproto:16: revocation.crl_shards: is 4097"));
}

TEST(ServerConfigTest, RenewalsArePacedAsIsWrittenWithinBounds) {
  const RenewalPace usual = GoodConfig(kGood).renewals;
  EXPECT_EQ(usual.max_per_second, 100u);
  EXPECT_EQ(usual.retry_after, absl::Hours(6));
  const RenewalPace written =
      GoodConfig(
          absl::StrCat(kGood, "renewals { max_per_second: 7 retry_after { seconds: 60 } }\n"))
          .renewals;
  EXPECT_EQ(written.max_per_second, 7u);
  EXPECT_EQ(written.retry_after, absl::Minutes(1));
  for (const char* wrong : {"max_per_second: 1000001", "retry_after { seconds: 59 }",
                            "retry_after { seconds: 86401 }"}) {
    EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "renewals { ", wrong, " }\n")),
                StartsWith("conf/fleetca.textproto:16: renewals."))
        << wrong;
  }
}

TEST(ServerConfigTest, LimitsAreInclusive) {
  const ServerConfig config = GoodConfig(WithLine(
      15,
      "policy_file: \"p\" limits { max_csr_bytes: 65536 max_batch_items: 1000 max_message_bytes: "
      "67108864 "
      "queue_capacity: 1000000 worker_threads: 1024 worker_batch: 1024 stream_window: 65536 }"));
  EXPECT_EQ(config.limits.max_csr_bytes, 65536u);
  EXPECT_EQ(config.limits.max_message_bytes, size_t{64} << 20);
  EXPECT_EQ(config.limits.worker_threads, 1024u);
}

TEST(ServerConfigTest, LanesCanBeSwitchedOff) {
  EXPECT_EQ(GoodConfig(kGood).possession_lanes, x509::LanesSetting::kAuto);
  EXPECT_EQ(GoodConfig(WithLine(15, "policy_file: \"p\" possession_lanes: POSSESSION_LANES_AUTO"))
                .possession_lanes,
            x509::LanesSetting::kAuto);
  EXPECT_EQ(GoodConfig(WithLine(15, "policy_file: \"p\" possession_lanes: POSSESSION_LANES_OFF"))
                .possession_lanes,
            x509::LanesSetting::kOff);
}

TEST(ServerConfigTest, AddressesThatFit) {
  for (const char* address : {"0.0.0.0:0", "[::]:8443", "[::1]:65535", "localhost:8443",
                              "ca.fleet.example:443", "127.0.0.1:1"}) {
    EXPECT_EQ(GoodConfig(WithLine(3, absl::StrCat("address: \"", address, "\""))).listener.address,
              address);
  }
}

// kGood with these words where it says where the issuing key is.
std::string WithKey(absl::string_view words) {
  std::vector<std::string> lines = absl::StrSplit(kGood, '\n');
  lines.at(9) = std::string(words);
  lines.at(10) = "";
  return absl::StrJoin(lines, "\n");
}

TEST(ServerConfigTest, TheOldFormOfTheKeyIsReadAndReported) {
  const ServerConfig config =
      GoodConfig(WithKey("private_key_file: \"ca.key\" passphrase { file: \"ca.passphrase\" }"));
  EXPECT_EQ(config.issuer.key.path, "conf/ca.key");
  EXPECT_EQ(config.issuer.key.passphrase.file, "conf/ca.passphrase");
  EXPECT_THAT(config.warnings,
              testing::ElementsAre(StartsWith("conf/fleetca.textproto:10: issuer.private_key_file: "
                                              "is the form of an earlier release; write key {")));
  EXPECT_THAT(GoodConfig(kGood).warnings, testing::IsEmpty());
  EXPECT_EQ(ServerConfigToText(GoodConfig(kGood)), ServerConfigToText(config));
}

TEST(ServerConfigTest, TheKeyHasOnePlace) {
  EXPECT_THAT(OnlyMistake(WithKey("")),
              StartsWith("conf/fleetca.textproto:8: issuer.key: is missing; write { file {"));
  EXPECT_THAT(OnlyMistake(WithKey("passphrase { file: \"p\" }")),
              StartsWith("conf/fleetca.textproto:8: issuer.key: is missing: issuer.passphrase"));
  EXPECT_THAT(OnlyMistake(WithKey("key { }")),
              StartsWith("conf/fleetca.textproto:10: issuer.key: has no source"));
  EXPECT_THAT(OnlyMistake(WithKey("key { pkcs11 { uri: \"pkcs11:object=ca\" } }")),
              StartsWith("conf/fleetca.textproto:10: issuer.key.pkcs11: is not there yet"));
  const std::string key = "key { file { path: \"k\" passphrase { file: \"p\" } } }";
  EXPECT_THAT(OnlyMistake(WithKey(key + " private_key_file: \"k\"")),
              StartsWith("conf/fleetca.textproto:10: issuer.private_key_file: is the form of an "
                         "earlier release beside"));
  EXPECT_THAT(OnlyMistake(WithKey(key + " passphrase { file: \"p\" }")),
              StartsWith("conf/fleetca.textproto:10: issuer.passphrase: is the form of an earlier "
                         "release beside"));
}

TEST(ServerConfigTest, BootstrapAndTheArc) {
  const ServerConfig config = GoodConfig(absl::StrCat(
      WithLine(12, "trust_bundle_file: \"r\" fleet_arc: \"1.3.6.1.4.1.99999\" provenance: true"),
      "bootstrap { address: \"[::]:8444\" }\n"));
  EXPECT_EQ(config.bootstrap_address, "[::]:8444");
  EXPECT_EQ(config.issuer.oids.authz, x509::AuthzOids::FromArc("1.3.6.1.4.1.99999")->authz);
  EXPECT_TRUE(config.issuer.provenance);
  EXPECT_THAT(OnlyMistake(WithLine(12, "trust_bundle_file: \"r\" fleet_arc: \"2.25.1.2\"")),
              StartsWith("conf/fleetca.textproto:12: issuer.fleet_arc: "));
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "bootstrap { address: \"8444\" }\n")),
              StartsWith("conf/fleetca.textproto:16: bootstrap.address: "));
}

TEST(ServerConfigTest, TokenIssuersNeedAPort) {
  const std::string issuer =
      "token_issuers { url: \"https://ci.example\" audiences: \"fleetca\" "
      "algorithms: TOKEN_ALGORITHM_ES256 jwks_file: \"ci.json\" "
      "rules { matches { claim: \"sub\" pattern: \"{name}\" } identity: \"/job/{name}\" } }\n";
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, issuer)),
              StartsWith("conf/fleetca.textproto:16: token_issuers[0]: has no port"));
  const ServerConfig config =
      GoodConfig(absl::StrCat(kGood, issuer, "bootstrap { address: \"127.0.0.1:0\" }\n"));
  EXPECT_EQ(config.token_issuers.size(), 1u);
}

}  // namespace
}  // namespace fleetca::service

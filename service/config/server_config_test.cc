#include "service/config/server_config.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/testing/server_config_fixture.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

ServerConfig Parse(absl::string_view text) {
  absl::StatusOr<ServerConfig> config = ParseServerConfig(text, kPath);
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

// The only mistake's line, as "conf/fleetca.textproto:LINE: ...".
std::string OnlyMistake(absl::string_view text) {
  const absl::Status status = ParseServerConfig(text, kPath).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  return std::string(status.message());
}

TEST(ServerConfigTest, GoodFileGetsItsDefaults) {
  const ServerConfig config = Parse(kGood);
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
  EXPECT_THAT(Parse(kGood).paths, testing::IsSupersetOf({
                                      Pair("listener.certificate_file", "conf/server/tls.pem"),
                                      Pair("listener.client_ca_file", "/etc/roots.pem"),
                                      Pair("store.head_file", "conf/store.head"),
                                      Pair("policy_file", "conf/policy.textproto"),
                                  }));
}

TEST(ServerConfigTest, RelativePathsAreOfTheFilesFolder) {
  const ServerConfig config = Parse(kGood);
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
      Parse(absl::StrCat(kGood,
                         "own_certificates { server_profile: \"own\" watched_files: \"a.crt\" "
                         "watched_files: \"/b.crt\" }\n"));
  EXPECT_EQ(config.own_certificates.server_profile, "own");
  EXPECT_THAT(config.own_certificates.watched_files, testing::ElementsAre("conf/a.crt", "/b.crt"));
}

TEST(ServerConfigTest, CrlShardsAreWhatIsWrittenOrLeftToTheIssuingCa) {
  EXPECT_FALSE(Parse(kGood).revocation.crl_shards.has_value());
  const auto written = [](absl::string_view shards) {
    return Parse(absl::StrCat(kGood, "revocation { crl_shards: ", shards, " }\n"))
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
  const RenewalPace usual = Parse(kGood).renewals;
  EXPECT_EQ(usual.max_per_second, 100u);
  EXPECT_EQ(usual.retry_after, absl::Hours(6));
  const RenewalPace written =
      Parse(absl::StrCat(kGood, "renewals { max_per_second: 7 retry_after { seconds: 60 } }\n"))
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

struct MistakeCase {
  const char* name;
  size_t line;
  const char* replacement;
  const char* field;   // what follows "conf/fleetca.textproto:LINE: "
  const char* saying;  // part of the sentence
};

void PrintTo(const MistakeCase& mistake, std::ostream* out) { *out << mistake.replacement; }

class ServerConfigMistakeTest : public testing::TestWithParam<MistakeCase> {};

TEST_P(ServerConfigMistakeTest, NamesLineAndField) {
  const MistakeCase& param = GetParam();
  const std::string mistake = OnlyMistake(WithLine(param.line, param.replacement));
  EXPECT_THAT(mistake, StartsWith(absl::StrCat(kPath, ":", param.line, ": ", param.field, ": ")));
  EXPECT_THAT(mistake, HasSubstr(param.saying));
}

INSTANTIATE_TEST_SUITE_P(
    All, ServerConfigMistakeTest,
    testing::ValuesIn(std::vector<MistakeCase>{
        {"NoTrustDomain", 1, "", "trust_domain", "missing"},
        {"TrustDomainWithScheme", 1, "trust_domain: \"spiffe://fleet.example\"", "trust_domain",
         "not a SPIFFE trust domain"},
        {"TrustDomainWithPath", 1, "trust_domain: \"fleet.example/svc\"", "trust_domain",
         "not a SPIFFE trust domain"},
        {"TrustDomainUpperCase", 1, "trust_domain: \"Fleet.example\"", "trust_domain",
         "lower-case"},
        {"TrustDomainWithPort", 1, "trust_domain: \"fleet.example:80\"", "trust_domain",
         "not a SPIFFE trust domain"},
        {"NoPort", 3, "address: \"127.0.0.1\"", "listener.address", "no port"},
        {"EmptyPort", 3, "address: \"127.0.0.1:\"", "listener.address", "not 0 to 65535"},
        {"PortTooHigh", 3, "address: \"127.0.0.1:65536\"", "listener.address", "not 0 to 65535"},
        {"PortNegative", 3, "address: \"127.0.0.1:-1\"", "listener.address", "not 0 to 65535"},
        {"PortSigned", 3, "address: \"127.0.0.1:+1\"", "listener.address", "not 0 to 65535"},
        {"PortPadded", 3, "address: \"127.0.0.1:080\"", "listener.address", "not 0 to 65535"},
        {"PortNamed", 3, "address: \"127.0.0.1:https\"", "listener.address", "not 0 to 65535"},
        {"NoHost", 3, "address: \":8443\"", "listener.address", "not an IP address or DNS name"},
        {"BareIpv6", 3, "address: \"::1:8443\"", "listener.address", "without brackets"},
        {"BrokenIpv6", 3, "address: \"[::g]:8443\"", "listener.address", "brackets"},
        {"Ipv6Unclosed", 3, "address: \"[::1:8443\"", "listener.address", "brackets"},
        {"NoCertificate", 4, "certificate_file: \"\"", "listener.certificate_file", "missing"},
        {"InlinePem", 4, "certificate_file: \"-----BEGIN CERTIFICATE-----\\n\"",
         "listener.certificate_file", "contents of a file"},
        {"ControlCharacter", 4, "certificate_file: \"a\\nb\"", "listener.certificate_file",
         "control character"},
        {"NegativeDrain", 6, "client_ca_file: \"x\" drain_timeout { seconds: -1 }",
         "listener.drain_timeout", "0 seconds to 1 hour"},
        {"LongDrain", 6, "client_ca_file: \"x\" drain_timeout { seconds: 3601 }",
         "listener.drain_timeout", "0 seconds to 1 hour"},
        {"TlsKeyIsCaKey", 5, "private_key_file: \"ca.key\"", "listener.private_key_file",
         "issuing CA's key"},
        {"EmptyPassphrase", 11, "passphrase { } } }", "issuer.key.file.passphrase", "no source"},
        {"EmptyPassphraseFile", 11, "passphrase { file: \"\" } } }",
         "issuer.key.file.passphrase.file", "missing"},
        {"CredentialWithSlash", 11, "passphrase { systemd_credential: \"a/b\" } } }",
         "issuer.key.file.passphrase.systemd_credential", "not the name"},
        {"CredentialParent", 11, "passphrase { systemd_credential: \"..\" } } }",
         "issuer.key.file.passphrase.systemd_credential", "not the name"},
        {"EmptyStorePath", 14, "store { path: \"\" }", "store.path", "missing"},
        {"HeadInsideTheStore", 14, "store { path: \"store/\" head_file: \"store/head\" }",
         "store.head_file", "outside"},
        {"ClockFarBehind", 15, "policy_file: \"p\" clock { max_behind { seconds: 3601 } }",
         "clock.max_behind", "1h"},
        {"ClockNeverAhead", 15, "policy_file: \"p\" clock { max_ahead { seconds: 0 } }",
         "clock.max_ahead", "1 second"},
        {"NegativeRetention", 14, "store { path: \"s\" retention { seconds: -1 } }",
         "store.retention", "0 seconds"},
        {"EndlessRetention", 14, "store { path: \"s\" retention { seconds: 315360001 } }",
         "store.retention", "10 years"},
        {"HugeCache", 14, "store { path: \"s\" block_cache_bytes: 18446744073709551615 }",
         "store.block_cache_bytes", "at most"},
        {"CsrLimit", 15, "policy_file: \"p\" limits { max_csr_bytes: 65537 }",
         "limits.max_csr_bytes", "at most 65536"},
        {"BatchLimit", 15, "policy_file: \"p\" limits { max_batch_items: 1001 }",
         "limits.max_batch_items", "at most 1000"},
        {"MessageLimit", 15, "policy_file: \"p\" limits { max_message_bytes: 67108865 }",
         "limits.max_message_bytes", "at most 67108864"},
        {"MessageBelowCsr", 15, "policy_file: \"p\" limits { max_message_bytes: 8191 }",
         "limits.max_message_bytes", "less than max_csr_bytes"},
        {"QueueLimit", 15, "policy_file: \"p\" limits { queue_capacity: 1000001 }",
         "limits.queue_capacity", "at most 1000000"},
        {"ThreadLimit", 15, "policy_file: \"p\" limits { worker_threads: 1025 }",
         "limits.worker_threads", "at most 1024"},
        {"WorkerBatchLimit", 15, "policy_file: \"p\" limits { worker_batch: 1025 }",
         "limits.worker_batch", "at most 1024"},
        {"WindowLimit", 15, "policy_file: \"p\" limits { stream_window: 65537 }",
         "limits.stream_window", "at most 65536"},
        {"ConnectionLimit", 15, "policy_file: \"p\" limits { max_connections: 1048577 }",
         "limits.max_connections", "at most 1048576"},
        {"AddressLimit", 15, "policy_file: \"p\" limits { max_connections_per_address: 1048577 }",
         "limits.max_connections_per_address", "at most 1048576"},
        {"CallerLimit", 15, "policy_file: \"p\" limits { max_connections_per_caller: 1048577 }",
         "limits.max_connections_per_caller", "at most 1048576"},
        {"MessageTimeout", 15, "policy_file: \"p\" limits { message_timeout { nanos: 9 } }",
         "limits.message_timeout", "1 second to 1 hour"},
        {"LogFormat", 15, "policy_file: \"p\" logging { format: 9 }", "logging.format",
         "not a format"},
        {"LogLevel", 15, "policy_file: \"p\" logging { level: 9 }", "logging.level", "not a level"},
        {"PossessionLanes", 15, "policy_file: \"p\" possession_lanes: 9", "possession_lanes",
         "not a setting"},
        {"ImpossibleDuration", 6, "client_ca_file: \"x\" drain_timeout { seconds: 1 nanos: -1 }",
         "listener.drain_timeout", "not a duration"},
    }),
    [](const testing::TestParamInfo<MistakeCase>& info) { return info.param.name; });

TEST(ServerConfigTest, LimitsAreInclusive) {
  const ServerConfig config = Parse(WithLine(
      15,
      "policy_file: \"p\" limits { max_csr_bytes: 65536 max_batch_items: 1000 max_message_bytes: "
      "67108864 "
      "queue_capacity: 1000000 worker_threads: 1024 worker_batch: 1024 stream_window: 65536 }"));
  EXPECT_EQ(config.limits.max_csr_bytes, 65536u);
  EXPECT_EQ(config.limits.max_message_bytes, size_t{64} << 20);
  EXPECT_EQ(config.limits.worker_threads, 1024u);
}

TEST(ServerConfigTest, LanesCanBeSwitchedOff) {
  EXPECT_EQ(Parse(kGood).possession_lanes, x509::LanesSetting::kAuto);
  EXPECT_EQ(Parse(WithLine(15, "policy_file: \"p\" possession_lanes: POSSESSION_LANES_AUTO"))
                .possession_lanes,
            x509::LanesSetting::kAuto);
  EXPECT_EQ(Parse(WithLine(15, "policy_file: \"p\" possession_lanes: POSSESSION_LANES_OFF"))
                .possession_lanes,
            x509::LanesSetting::kOff);
}

TEST(ServerConfigTest, AddressesThatFit) {
  for (const char* address : {"0.0.0.0:0", "[::]:8443", "[::1]:65535", "localhost:8443",
                              "ca.fleet.example:443", "127.0.0.1:1"}) {
    EXPECT_EQ(Parse(WithLine(3, absl::StrCat("address: \"", address, "\""))).listener.address,
              address);
  }
}

TEST(ServerConfigTest, MissingPartsAreNamedOnce) {
  const absl::Status status = ParseServerConfig("", kPath).status();
  const std::vector<std::string> lines = absl::StrSplit(status.message(), '\n');
  EXPECT_THAT(
      lines, testing::ElementsAre(StartsWith("conf/fleetca.textproto:1: trust_domain: is missing"),
                                  StartsWith("conf/fleetca.textproto:1: listener: is missing"),
                                  StartsWith("conf/fleetca.textproto:1: issuer: is missing"),
                                  StartsWith("conf/fleetca.textproto:1: store: is missing"),
                                  StartsWith("conf/fleetca.textproto:1: policy_file: is missing")));
  EXPECT_EQ(GetField(status), "trust_domain");
}

TEST(ServerConfigTest, MissingFieldHasTheLineOfItsMessage) {
  EXPECT_THAT(OnlyMistake(WithLine(4, "")),
              StartsWith("conf/fleetca.textproto:2: listener.certificate_file: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(11, "} }")),
              StartsWith("conf/fleetca.textproto:10: issuer.key.file.passphrase: has no source"));
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
      Parse(WithKey("private_key_file: \"ca.key\" passphrase { file: \"ca.passphrase\" }"));
  EXPECT_EQ(config.issuer.key.path, "conf/ca.key");
  EXPECT_EQ(config.issuer.key.passphrase.file, "conf/ca.passphrase");
  EXPECT_THAT(config.warnings,
              testing::ElementsAre(StartsWith("conf/fleetca.textproto:10: issuer.private_key_file: "
                                              "is the form of an earlier release; write key {")));
  EXPECT_THAT(Parse(kGood).warnings, testing::IsEmpty());
  EXPECT_EQ(ServerConfigToText(Parse(kGood)), ServerConfigToText(config));
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

TEST(ServerConfigTest, EveryMistakeIsReportedInTheFilesOrder) {
  std::string text = WithLine(1, "trust_domain: \"Bad\"");
  absl::StrReplaceAll({{"127.0.0.1:8443", "127.0.0.1"},
                       {"policy.textproto", "policy\\n"},
                       {"store {", "stroe: 1 store {"}},
                      &text);
  const absl::Status status = ParseServerConfig(text, kPath).status();
  const std::vector<std::string> lines = absl::StrSplit(status.message(), '\n');
  EXPECT_THAT(lines,
              testing::ElementsAre(
                  StartsWith("conf/fleetca.textproto:1: trust_domain: "),
                  StartsWith("conf/fleetca.textproto:3: listener.address: "),
                  testing::AllOf(StartsWith("conf/fleetca.textproto:14:"), HasSubstr("\"stroe\"")),
                  StartsWith("conf/fleetca.textproto:15: policy_file: ")));
}

TEST(ServerConfigTest, BootstrapAndTheArc) {
  const ServerConfig config = Parse(absl::StrCat(
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
      Parse(absl::StrCat(kGood, issuer, "bootstrap { address: \"127.0.0.1:0\" }\n"));
  EXPECT_EQ(config.token_issuers.size(), 1u);
}

TEST(ServerConfigTest, SyntaxErrorHasLineAndColumn) {
  EXPECT_THAT(OnlyMistake(WithLine(3, "  address \"127.0.0.1:8443\"")),
              StartsWith("conf/fleetca.textproto:3:11: "));
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "limits {\n")),
              StartsWith("conf/fleetca.textproto:17:1: "));
  EXPECT_THAT(OnlyMistake(WithLine(3, "address: \"a:1\" address: \"b:1\"")),
              HasSubstr("specified multiple times"));
}

TEST(ServerConfigTest, UnknownFieldIsAnErrorWithLineAndColumn) {
  const std::string mistake = OnlyMistake(WithLine(7, "  port: 8443 }"));
  EXPECT_THAT(mistake, StartsWith("conf/fleetca.textproto:7:7: "));
  EXPECT_THAT(mistake, HasSubstr("\"port\""));
}

TEST(ServerConfigTest, UnknownEnumValueIsAnError) {
  EXPECT_THAT(OnlyMistake(WithLine(15, "logging { level: LOG_LEVEL_LOUD } policy_file: \"p\"")),
              StartsWith("conf/fleetca.textproto:15:18: "));
}

TEST(ServerConfigTest, StandardInputIsCalledThat) {
  EXPECT_THAT(std::string(ParseServerConfig("", "-").status().message()),
              StartsWith("standard input:1: "));
}

TEST(ServerConfigTest, InlineSecretsAreNeverShown) {
  for (const char* line :
       {"passphrase: \"hunter2\"", "passphrase: hunter2", "passphrase: 'hunter2'",
        "passphrase { file: hunter2 }", "passphrase { hunter2 }", "passphrase { file { \"hunter2\"",
        "passphrase { value: \"hunter2\" }", "private_key: \"hunter2\""}) {
    const absl::Status status = ParseServerConfig(WithLine(11, line), kPath).status();
    EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << line;
    EXPECT_THAT(std::string(status.message()), HasSubstr("conf/fleetca.textproto:11:"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2"))) << line;
  }
  const absl::Status status =
      ParseServerConfig(
          WithLine(10, "key { file { path: \"-----BEGIN PRIVATE KEY-----\\nMIIhunter2\""), kPath)
          .status();
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace fleetca::service

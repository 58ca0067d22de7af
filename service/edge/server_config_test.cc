#include "service/edge/server_config.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/edge/server_config_testing.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;
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
  ASSERT_EQ(config.profiles.size(), 1u);
  EXPECT_EQ(config.profiles[0].name(), "service");
  EXPECT_EQ(config.profiles[0].max_lifetime(), absl::Hours(1));
  EXPECT_EQ(config.profiles[0].backdate(), absl::Minutes(1));
  EXPECT_TRUE(config.profiles[0].options().server_auth);
  EXPECT_FALSE(config.profiles[0].options().client_auth);
  ASSERT_EQ(config.callers.size(), 1u);
  EXPECT_TRUE(config.callers[0].profiles.contains("service"));
  EXPECT_FALSE(config.callers[0].may_get_certificates);
  EXPECT_FALSE(config.callers[0].may_use_reflection);
  EXPECT_EQ(config.limits.max_csr_bytes, 8192u);
  EXPECT_EQ(config.limits.max_batch_items, 1000u);
  EXPECT_EQ(config.limits.max_message_bytes, size_t{16} << 20);
  EXPECT_EQ(config.limits.queue_capacity, 10000u);
  EXPECT_EQ(config.limits.worker_threads, 0u);
  EXPECT_EQ(config.limits.worker_batch, 64u);
  EXPECT_EQ(config.limits.stream_window, 256u);
  EXPECT_EQ(config.log_format, log::Format::kText);
  EXPECT_EQ(config.log_level, log::Level::kInfo);
}

TEST(ServerConfigTest, RelativePathsAreOfTheFilesFolder) {
  const ServerConfig config = Parse(kGood);
  EXPECT_EQ(config.listener.certificate_file, "conf/server/tls.pem");
  EXPECT_EQ(config.listener.client_ca_file, "/etc/roots.pem");
  EXPECT_EQ(config.issuer.passphrase.file, "conf/ca.passphrase");
  EXPECT_EQ(config.store.path, "conf/store");
  EXPECT_EQ(ParseServerConfig(kGood, "fleetca.textproto")->store.path, "store");
  EXPECT_EQ(ParseServerConfig(kGood, "-")->store.path, "store");
  EXPECT_EQ(ParseServerConfig(kGood, "/fleetca.textproto")->store.path, "/store");
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

// Replaces line 22, the end of the profile, so that the field is in it.
#define PROFILE_FIELD(text) text " }"

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
        {"NoHost", 3, "address: \":8443\"", "listener.address", "no IP address or DNS name"},
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
        {"EmptyPassphrase", 11, "passphrase { }", "issuer.passphrase", "no source"},
        {"EmptyPassphraseFile", 11, "passphrase { file: \"\" }", "issuer.passphrase.file",
         "missing"},
        {"CredentialWithSlash", 11, "passphrase { systemd_credential: \"a/b\" }",
         "issuer.passphrase.systemd_credential", "not the name"},
        {"CredentialParent", 11, "passphrase { systemd_credential: \"..\" }",
         "issuer.passphrase.systemd_credential", "not the name"},
        {"EmptyStorePath", 14, "store { path: \"\" }", "store.path", "missing"},
        {"HugeCache", 14, "store { path: \"s\" block_cache_bytes: 18446744073709551615 }",
         "store.block_cache_bytes", "at most"},
        {"BadProfileName", 22,
         PROFILE_FIELD("} profiles { name: \"S\" default_lifetime { seconds: "
                       "60 } key_purposes: KEY_PURPOSE_CLIENT_AUTH names { "
                       "spiffe_paths: \"/a\" }"),
         "profiles[1].name", "lower-case"},
        {"ShortLifetime", 17, "default_lifetime { seconds: 59 nanos: 999999999 }",
         "profiles[0].default_lifetime", "at least 1 minute"},
        {"NegativeLifetime", 17, "default_lifetime { seconds: -3600 }",
         "profiles[0].default_lifetime", "at least 1 minute"},
        {"LongLifetime", 17, "default_lifetime { seconds: 315360001 }",
         "profiles[0].default_lifetime", "at most 3650 days"},
        {"FractionalLifetime", 17, "default_lifetime { seconds: 60 nanos: 1 }",
         "profiles[0].default_lifetime", "fraction"},
        {"MaxBelowDefault", 22, PROFILE_FIELD("max_lifetime { seconds: 3599 }"),
         "profiles[0].max_lifetime", "shorter than default_lifetime"},
        {"NegativeMax", 22, PROFILE_FIELD("max_lifetime { seconds: -1 }"),
         "profiles[0].max_lifetime", "at least 1 minute"},
        {"LongBackdate", 22, PROFILE_FIELD("backdate { seconds: 3600 nanos: 1 }"),
         "profiles[0].backdate", "0 seconds to 1 hour"},
        {"NegativeBackdate", 22, PROFILE_FIELD("backdate { nanos: -1 }"), "profiles[0].backdate",
         "0 seconds to 1 hour"},
        {"UnspecifiedAlgorithm", 22, PROFILE_FIELD("key_algorithms: KEY_ALGORITHM_UNSPECIFIED"),
         "profiles[0].key_algorithms[0]", "no key algorithm"},
        {"UnknownAlgorithmNumber", 22, PROFILE_FIELD("key_algorithms: [ KEY_ALGORITHM_P256, 99 ]"),
         "profiles[0].key_algorithms[1]", "no key algorithm"},
        {"AlgorithmTwice", 22,
         PROFILE_FIELD("key_algorithms: [ KEY_ALGORITHM_P256, KEY_ALGORITHM_P256 ]"),
         "profiles[0].key_algorithms[1]", "twice"},
        {"UnspecifiedPurpose", 18, "key_purposes: KEY_PURPOSE_UNSPECIFIED",
         "profiles[0].key_purposes[0]", "no key purpose"},
        {"PurposeTwice", 18,
         "key_purposes: KEY_PURPOSE_SERVER_AUTH key_purposes: KEY_PURPOSE_SERVER_AUTH",
         "profiles[0].key_purposes[1]", "twice"},
        {"UnknownSubject", 22, PROFILE_FIELD("subject: 7"), "profiles[0].subject",
         "no subject form"},
        {"FtpUrl", 22, PROFILE_FIELD("crl_url: \"ftp://x/y\""), "profiles[0].crl_url",
         "http:// or https://"},
        {"UrlWithPassword", 22, PROFILE_FIELD("ca_issuers_url: \"http://u:p@host/x\""),
         "profiles[0].ca_issuers_url", "user name or password"},
        {"UrlWithoutHost", 22, PROFILE_FIELD("ca_issuers_url: \"http:///x\""),
         "profiles[0].ca_issuers_url", "host"},
        {"BadPath", 20, "spiffe_paths: \"svc/*\"", "profiles[0].names.spiffe_paths[0]",
         "does not begin with"},
        {"TooManyNames", 20, "spiffe_paths: \"/svc/*\" max_names: 101",
         "profiles[0].names.max_names", "1 to 100"},
        {"CallerMalformed", 24, "spiffe_id: \"https://fleet.example/user/admin\"",
         "callers[0].spiffe_id", "SPIFFE ID"},
        {"CallerMissing", 24, "spiffe_id: \"\"", "callers[0].spiffe_id", "missing"},
        {"CallerUnknownProfile", 25, "profiles: \"servce\"", "callers[0].profiles[0]",
         "name of no profile"},
        {"CallerProfileTwice", 25, "profiles: \"service\" profiles: \"service\"",
         "callers[0].profiles[1]", "twice"},
        {"CsrLimit", 26, "} limits { max_csr_bytes: 65537 }", "limits.max_csr_bytes",
         "at most 65536"},
        {"BatchLimit", 26, "} limits { max_batch_items: 1001 }", "limits.max_batch_items",
         "at most 1000"},
        {"MessageLimit", 26, "} limits { max_message_bytes: 1073741825 }",
         "limits.max_message_bytes", "at most 1073741824"},
        {"MessageBelowCsr", 26, "} limits { max_message_bytes: 8191 }", "limits.max_message_bytes",
         "less than max_csr_bytes"},
        {"QueueLimit", 26, "} limits { queue_capacity: 1000001 }", "limits.queue_capacity",
         "at most 1000000"},
        {"ThreadLimit", 26, "} limits { worker_threads: 1025 }", "limits.worker_threads",
         "at most 1024"},
        {"WorkerBatchLimit", 26, "} limits { worker_batch: 1025 }", "limits.worker_batch",
         "at most 1024"},
        {"WindowLimit", 26, "} limits { stream_window: 65537 }", "limits.stream_window",
         "at most 65536"},
        {"LogFormat", 26, "} logging { format: 9 }", "logging.format", "no format"},
        {"LogLevel", 26, "} logging { level: 9 }", "logging.level", "no level"},
        {"ImpossibleDuration", 6, "client_ca_file: \"x\" drain_timeout { seconds: 1 nanos: -1 }",
         "listener.drain_timeout", "no duration"},
    }),
    [](const testing::TestParamInfo<MistakeCase>& info) { return info.param.name; });

#undef PROFILE_FIELD

TEST(ServerConfigTest, LimitsAreInclusive) {
  const ServerConfig config = Parse(WithLine(
      26,
      "} limits { max_csr_bytes: 65536 max_batch_items: 1000 max_message_bytes: 1073741824 "
      "queue_capacity: 1000000 worker_threads: 1024 worker_batch: 1024 stream_window: 65536 }"));
  EXPECT_EQ(config.limits.max_csr_bytes, 65536u);
  EXPECT_EQ(config.limits.max_message_bytes, size_t{1} << 30);
  EXPECT_EQ(config.limits.worker_threads, 1024u);
  EXPECT_EQ(Parse(WithLine(17, "default_lifetime { seconds: 60 }")).profiles[0].max_lifetime(),
            absl::Minutes(1));
  EXPECT_EQ(
      Parse(WithLine(17, "default_lifetime { seconds: 315360000 }")).profiles[0].max_lifetime(),
      absl::Hours(24 * 3650));
  EXPECT_EQ(Parse(WithLine(17, "default_lifetime { seconds: 60 } backdate { seconds: 3600 }"))
                .profiles[0]
                .backdate(),
            absl::Hours(1));
  EXPECT_EQ(
      Parse(WithLine(17, "default_lifetime { seconds: 60 } backdate { }")).profiles[0].backdate(),
      absl::ZeroDuration());
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
  EXPECT_THAT(lines,
              testing::ElementsAre(StartsWith("conf/fleetca.textproto:1: trust_domain: is missing"),
                                   StartsWith("conf/fleetca.textproto:1: listener: is missing"),
                                   StartsWith("conf/fleetca.textproto:1: issuer: is missing"),
                                   StartsWith("conf/fleetca.textproto:1: store: is missing"),
                                   StartsWith("conf/fleetca.textproto:1: profiles: is missing")));
  EXPECT_EQ(GetField(status), "trust_domain");
}

TEST(ServerConfigTest, MissingFieldHasTheLineOfItsMessage) {
  EXPECT_THAT(OnlyMistake(WithLine(4, "")),
              StartsWith("conf/fleetca.textproto:2: listener.certificate_file: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(17, "")),
              StartsWith("conf/fleetca.textproto:15: profiles[0].default_lifetime: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(18, "")),
              StartsWith("conf/fleetca.textproto:15: profiles[0].key_purposes: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(11, "")),
              StartsWith("conf/fleetca.textproto:8: issuer.passphrase: has no source"));
  EXPECT_THAT(OnlyMistake(WithLine(20, "")),
              StartsWith("conf/fleetca.textproto:19: profiles[0].names: has no rule"));
}

TEST(ServerConfigTest, EveryMistakeIsReportedInTheFilesOrder) {
  std::string text = WithLine(1, "trust_domain: \"Bad\"");
  absl::StrReplaceAll({{"127.0.0.1:8443", "127.0.0.1"},
                       {"/svc/*", "svc"},
                       {"profiles: \"service\"", "profiles: \"other\""},
                       {"store {", "stroe: 1 store {"}},
                      &text);
  const absl::Status status = ParseServerConfig(text, kPath).status();
  const std::vector<std::string> lines = absl::StrSplit(status.message(), '\n');
  EXPECT_THAT(lines,
              testing::ElementsAre(
                  StartsWith("conf/fleetca.textproto:1: trust_domain: "),
                  StartsWith("conf/fleetca.textproto:3: listener.address: "),
                  testing::AllOf(StartsWith("conf/fleetca.textproto:14:"), HasSubstr("\"stroe\"")),
                  StartsWith("conf/fleetca.textproto:20: profiles[0].names.spiffe_paths[0]: "),
                  StartsWith("conf/fleetca.textproto:25: callers[0].profiles[0]: ")));
}

TEST(ServerConfigTest, SameProfileNameTwice) {
  const std::string text = absl::StrCat(kGood,
                                        "profiles {\n"
                                        "  name: \"service\"\n"
                                        "  default_lifetime { seconds: 60 }\n"
                                        "  key_purposes: KEY_PURPOSE_CLIENT_AUTH\n"
                                        "  names { spiffe_paths: \"/a\" }\n"
                                        "}\n");
  EXPECT_THAT(OnlyMistake(text), StartsWith("conf/fleetca.textproto:28: profiles[1].name: "
                                            "\"service\" is also the name of profiles[0]"));
}

TEST(ServerConfigTest, SameCallerTwice) {
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood,
                                       "callers {\n  spiffe_id: "
                                       "\"spiffe://fleet.example/user/admin\"\n}\n")),
              StartsWith("conf/fleetca.textproto:28: callers[1].spiffe_id: "));
}

TEST(ServerConfigTest, SyntaxErrorHasLineAndColumn) {
  EXPECT_THAT(OnlyMistake(WithLine(3, "  address \"127.0.0.1:8443\"")),
              StartsWith("conf/fleetca.textproto:3:11: "));
  EXPECT_THAT(OnlyMistake(WithLine(26, "")), StartsWith("conf/fleetca.textproto:2"));
  EXPECT_THAT(OnlyMistake(WithLine(3, "address: \"a:1\" address: \"b:1\"")),
              HasSubstr("specified multiple times"));
}

TEST(ServerConfigTest, UnknownFieldIsAnErrorWithLineAndColumn) {
  const std::string mistake = OnlyMistake(WithLine(7, "  port: 8443 }"));
  EXPECT_THAT(mistake, StartsWith("conf/fleetca.textproto:7:7: "));
  EXPECT_THAT(mistake, HasSubstr("\"port\""));
}

TEST(ServerConfigTest, UnknownEnumValueIsAnError) {
  EXPECT_THAT(OnlyMistake(WithLine(18, "key_purposes: KEY_PURPOSE_CODE_SIGNING")),
              StartsWith("conf/fleetca.textproto:18:15: "));
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
          WithLine(10, "private_key_file: \"-----BEGIN PRIVATE KEY-----\\nMIIhunter2\""), kPath)
          .status();
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace fleetca::service

// What is said of a server's configuration that is wrong.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/config/server_config.h"
#include "service/config/testing/server_config_fixture.h"

namespace fleetca::service {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

TEST(ServerConfigMistakesTest, MissingPartsAreNamedOnce) {
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

TEST(ServerConfigMistakesTest, MissingFieldHasTheLineOfItsMessage) {
  EXPECT_THAT(OnlyMistake(WithLine(4, "")),
              StartsWith("conf/fleetca.textproto:2: listener.certificate_file: is missing"));
  EXPECT_THAT(OnlyMistake(WithLine(11, "} }")),
              StartsWith("conf/fleetca.textproto:10: issuer.key.file.passphrase: has no source"));
}

TEST(ServerConfigMistakesTest, EveryMistakeIsReportedInTheFilesOrder) {
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

TEST(ServerConfigMistakesTest, SyntaxErrorHasLineAndColumn) {
  EXPECT_THAT(OnlyMistake(WithLine(3, "  address \"127.0.0.1:8443\"")),
              StartsWith("conf/fleetca.textproto:3:11: "));
  EXPECT_THAT(OnlyMistake(absl::StrCat(kGood, "limits {\n")),
              StartsWith("conf/fleetca.textproto:17:1: "));
  EXPECT_THAT(OnlyMistake(WithLine(3, "address: \"a:1\" address: \"b:1\"")),
              HasSubstr("specified multiple times"));
}

TEST(ServerConfigMistakesTest, UnknownFieldIsAnErrorWithLineAndColumn) {
  const std::string mistake = OnlyMistake(WithLine(7, "  port: 8443 }"));
  EXPECT_THAT(mistake, StartsWith("conf/fleetca.textproto:7:7: "));
  EXPECT_THAT(mistake, HasSubstr("\"port\""));
}

TEST(ServerConfigMistakesTest, UnknownEnumValueIsAnError) {
  EXPECT_THAT(OnlyMistake(WithLine(15, "logging { level: LOG_LEVEL_LOUD } policy_file: \"p\"")),
              StartsWith("conf/fleetca.textproto:15:18: "));
}

TEST(ServerConfigMistakesTest, StandardInputIsCalledThat) {
  EXPECT_THAT(std::string(ParseServerConfig("", "-").status().message()),
              StartsWith("standard input:1: "));
}

TEST(ServerConfigMistakesTest, InlineSecretsAreNeverShown) {
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

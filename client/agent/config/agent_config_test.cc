#include "client/agent/config/agent_config.h"

#include <csignal>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/durable_file.h"
#include "base/named_paths.h"
#include "client/agent/config/testing/good_agent_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using testing::kAgentPath;
using testing::kGoodAgent;

AgentOptions Parse(absl::string_view text, absl::string_view path = kAgentPath) {
  absl::StatusOr<AgentOptions> options = ParseAgentConfig(text, path, "/run/credentials/agent");
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() ? *std::move(options) : AgentOptions{.identities = {{}}};
}

// The good text with `more` in its identity.
AgentOptions WithMore(absl::string_view more) {
  return Parse(absl::StrReplaceAll(kGoodAgent, {{"  profile:", absl::StrCat(more, " profile:")}}));
}

TEST(AgentConfigTest, AGoodFileGetsItsDefaults) {
  const AgentOptions options = Parse(kGoodAgent);
  EXPECT_EQ(options.trust_domain, "fleet.example");
  EXPECT_THAT(options.addresses, ElementsAre("ca.fleet.example:8443"));
  EXPECT_THAT(options.bootstrap_addresses, ElementsAre());
  EXPECT_EQ(options.server_name, "");
  EXPECT_EQ(options.server_identity, "spiffe://fleet.example/svc/fleetca");
  EXPECT_EQ(options.root_file, "conf/root-ca.crt");
  EXPECT_EQ(options.root_sha256, "");
  EXPECT_EQ(options.bundle_refresh, absl::Hours(1));
  EXPECT_FALSE(options.watch_revocations);
  EXPECT_EQ(options.state_folder, "/var/lib/agent");
  EXPECT_EQ(options.status_address, "");
  EXPECT_EQ(options.status_socket, "/var/lib/agent/status.sock");
  EXPECT_FALSE(options.run_as.has_value());
  EXPECT_FALSE(options.json_log);
  EXPECT_EQ(options.log_level, "info");
}

TEST(AgentConfigTest, ServersMayHaveAnotherNameAndIdentity) {
  const AgentOptions options = Parse(
      absl::StrReplaceAll(kGoodAgent, {{"ca {",
                                        "ca { server_name: \"ca.internal\" "
                                        "server_identity: \"spiffe://fleet.example/svc/proxy\""}}));
  EXPECT_EQ(options.server_name, "ca.internal");
  EXPECT_EQ(options.server_identity, "spiffe://fleet.example/svc/proxy");
}

TEST(AgentConfigTest, AnIdentityGetsItsDefaults) {
  const AgentOptions options = Parse(kGoodAgent);
  ASSERT_EQ(options.identities.size(), 1u);
  const IdentityOptions& identity = options.identities[0];
  EXPECT_EQ(identity.name, "web");
  EXPECT_EQ(identity.profile, "server");
  EXPECT_EQ(identity.spiffe_id, "");
  EXPECT_EQ(identity.key_type, KeyType::kP256);
  EXPECT_EQ(identity.renewals_per_key, 1u);
  EXPECT_FALSE(identity.lifetime.has_value());
  EXPECT_EQ(identity.enrollment.join_token_file, "");
  EXPECT_EQ(identity.outputs.folder, "conf/tls");
  EXPECT_EQ(identity.outputs.files.credential_bundle, "credential-bundle.pem");
  EXPECT_EQ(identity.outputs.files.private_key, "");
  EXPECT_EQ(identity.outputs.files.trust_bundle, "trust-bundle.pem");
  EXPECT_EQ(identity.outputs.files.secret_mode, 0600u);
  EXPECT_EQ(identity.outputs.owner.user, static_cast<uid_t>(-1));
  EXPECT_EQ(identity.outputs.owner.group, static_cast<gid_t>(-1));
  ASSERT_EQ(identity.hooks.size(), 1u);
  EXPECT_THAT(identity.hooks[0].exec, ElementsAre("conf/bin/reload", "now"));
  EXPECT_EQ(identity.hooks[0].timeout, absl::Seconds(30));
  EXPECT_TRUE(identity.maintenance_windows.empty());
  EXPECT_TRUE(identity.sockets.empty());
}

TEST(AgentConfigTest, RelativePathsAreOfTheFilesFolder) {
  EXPECT_EQ(Parse(kGoodAgent, "agent.textproto").root_file, "root-ca.crt");
  EXPECT_EQ(Parse(kGoodAgent, "-").root_file, "root-ca.crt");
  EXPECT_EQ(Parse(kGoodAgent, "/agent.textproto").root_file, "/root-ca.crt");
}

TEST(AgentConfigTest, AnIdentityMayHaveSocketsAlone) {
  const AgentOptions options = Parse(absl::StrReplaceAll(
      kGoodAgent, {{"outputs { folder: \"tls/\" }",
                    "sockets { path: \"/run/a.sock\" uids: 0 units: \"web.service\" }"}}));
  const IdentityOptions& identity = options.identities[0];
  EXPECT_EQ(identity.outputs.folder, "");
  EXPECT_EQ(identity.outputs.files.credential_bundle, "");
  EXPECT_EQ(identity.outputs.files.trust_bundle, "");
  EXPECT_TRUE(options.watch_revocations);
  ASSERT_EQ(identity.sockets.size(), 1u);
  const SocketOptions& socket = identity.sockets[0];
  EXPECT_EQ(socket.path, "/run/a.sock");
  EXPECT_EQ(socket.mode, 0660u);
  EXPECT_THAT(socket.uids, ElementsAre(0));
  EXPECT_THAT(socket.units, ElementsAre("web.service"));
  EXPECT_TRUE(socket.workload_api);
  EXPECT_TRUE(socket.envoy_sds);
}

TEST(AgentConfigTest, ProtocolsAreThoseThatAreWritten) {
  const AgentOptions options =
      WithMore("sockets { path: \"/a\" mode: \"0600\" protocols: SOCKET_PROTOCOL_ENVOY_SDS }\n");
  EXPECT_FALSE(options.identities[0].sockets[0].workload_api);
  EXPECT_TRUE(options.identities[0].sockets[0].envoy_sds);
  EXPECT_EQ(options.identities[0].sockets[0].mode, 0600u);
}

TEST(AgentConfigTest, ADashIsNoFileAndNoSocket) {
  const AgentOptions options = Parse(
      absl::StrCat(absl::StrReplaceAll(kGoodAgent, {{"\"tls/\"", "\"tls\" trust_bundle: \"-\""}}),
                   "status { socket: \"-\" }\n"));
  EXPECT_EQ(options.identities[0].outputs.files.trust_bundle, "");
  EXPECT_EQ(options.status_socket, "");
}

TEST(AgentConfigTest, OwnersAreFoundByNameAndNumber) {
  const auto owner = [](absl::string_view text) {
    return Parse(absl::StrCat(kGoodAgent, "run_as: \"", text, "\"\n")).run_as.value_or(FileOwner());
  };
  EXPECT_EQ(owner("root").user, 0u);
  EXPECT_EQ(owner("root").group, 0u);
  EXPECT_EQ(owner("root:daemon").group, 1u);
  EXPECT_EQ(owner("54321:54322").user, 54321u);
  EXPECT_EQ(owner("54321:54322").group, 54322u);
}

TEST(AgentConfigTest, ACredentialIsInSystemdsFolder) {
  const AgentOptions options = Parse(absl::StrReplaceAll(
      kGoodAgent, {{"  profile: \"server\"", "  enrollment { join_token_credential: \"token\" }"},
                   {"root_file", "bootstrap_addresses: \"ca.fleet.example:8444\" root_file"}}));
  EXPECT_EQ(options.identities[0].enrollment.join_token_file, "/run/credentials/agent/token");
  EXPECT_TRUE(options.identities[0].enrollment.join_token_is_credential);
}

TEST(AgentConfigTest, EachFileOfAnEnrollmentMayBeACredential) {
  const AgentOptions options = Parse(absl::StrReplaceAll(
      kGoodAgent, {{"  profile:",
                    "  enrollment { jwt_credential: \"jwt\" certificate_credential: \"crt\" "
                    "private_key_credential: \"key\" } profile:"},
                   {"root_file", "bootstrap_addresses: \"ca.fleet.example:8444\" root_file"}}));
  const EnrollmentOptions& enrollment = options.identities[0].enrollment;
  EXPECT_EQ(enrollment.jwt_file, "/run/credentials/agent/jwt");
  EXPECT_EQ(enrollment.certificate_file, "/run/credentials/agent/crt");
  EXPECT_EQ(enrollment.private_key_file, "/run/credentials/agent/key");
  EXPECT_TRUE(enrollment.jwt_is_credential);
  EXPECT_TRUE(enrollment.certificate_is_credential);
  EXPECT_TRUE(enrollment.private_key_is_credential);
  EXPECT_FALSE(enrollment.join_token_is_credential);
}

TEST(AgentConfigTest, AFileAndACredentialMayBeAPair) {
  const EnrollmentOptions enrollment =
      WithMore("enrollment { certificate_file: \"crt\" private_key_credential: \"key\" }\n")
          .identities[0]
          .enrollment;
  EXPECT_EQ(enrollment.certificate_file, "conf/crt");
  EXPECT_FALSE(enrollment.certificate_is_credential);
  EXPECT_TRUE(enrollment.private_key_is_credential);
}

TEST(AgentConfigTest, AWindowThatEndsBeforeItBeginsEndsTheNextDay) {
  const auto windows = [](absl::string_view text) {
    return WithMore(absl::StrCat("maintenance_windows { ", text, " }\n"))
        .identities[0]
        .maintenance_windows;
  };
  EXPECT_FALSE(windows("days: \"SUN\" begin: \"23:00\" end: \"01:30\"").empty());
  EXPECT_FALSE(windows("begin: \"00:00\" end: \"23:59\"").empty());
}

TEST(AgentConfigTest, HooksAreOfThreeKinds) {
  const IdentityOptions identity =
      WithMore(
          "hooks { signal { pid_file: \"web.pid\" } }\n"
          "hooks { signal { pid_file: \"/run/w\" signal: \"USR2\" } timeout { seconds: 600 } }\n"
          "hooks { reload_unit: \"web@1.service\" }\n"
          "hooks { exec: \"nginx\" }\n")
          .identities[0];
  ASSERT_EQ(identity.hooks.size(), 5u);
  EXPECT_EQ(identity.hooks[0].pid_file, "conf/web.pid");
  EXPECT_EQ(identity.hooks[0].signal, SIGHUP);
  EXPECT_EQ(identity.hooks[1].signal, SIGUSR2);
  EXPECT_EQ(identity.hooks[1].timeout, absl::Minutes(10));
  EXPECT_EQ(identity.hooks[2].reload_unit, "web@1.service");
  EXPECT_THAT(identity.hooks[3].exec, ElementsAre("nginx"));
}

TEST(AgentConfigTest, AFileIsLoadedAndErrorsOfItsPathsBlameTheField) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/agent.textproto";
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, kGoodAgent, 0600));
  ForgetNamedPaths();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const AgentOptions options, LoadAgentConfig(path));
  EXPECT_EQ(NameOfPathIn(absl::StrCat("Cannot read ", options.root_file, ": x")), "ca.root_file");
  EXPECT_FALSE(LoadAgentConfig(folder.path() + "/none").ok());
}

}  // namespace
}  // namespace fleetca::client

#include "service/cli/commands.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "service/config/policy_config.h"
#include "service/config/server_config.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// As the top binary does it.
int RunHere(std::vector<std::string> arguments) {
  int exit_code = 0;
  CLI::App app("test", "fleetca");
  app.require_subcommand(1);
  AddServerCommands(app, &exit_code);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome RunCommand(std::vector<std::string> arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = RunHere(std::move(arguments));
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

class CommandsTest : public ::testing::Test {
 protected:
  Outcome Init(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"ca", "init",           "--dir",
                                          dir_, "--trust-domain", "fleet.example"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunCommand(arguments);
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string dir_ = folder_ + "/ca";
};

TEST_F(CommandsTest, InitSaysWhatItMadeAndWhatComesNext) {
  const Outcome outcome = Init();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(
      outcome.out,
      AllOf(StartsWith("The CA of fleet.example is ready in "), HasSubstr("/root-ca.crt"),
            HasSubstr("/root-ca.passphrase"), HasSubstr("spiffe://fleet.example/operator/admin"),
            HasSubstr("fleetca serve --config "), HasSubstr("fleetca cert issue --dir ")));
}

TEST_F(CommandsTest, InitAsJson) {
  const Outcome outcome = Init({"-o", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["folder"], dir_);
  EXPECT_EQ(json["trust_domain"], "fleet.example");
  ASSERT_EQ(json["certificates"].size(), 4u);
  EXPECT_EQ(json["certificates"][0]["role"], "root");
  EXPECT_TRUE(json["certificates"][1].contains("passphrase_file"));
  EXPECT_FALSE(json["certificates"][2].contains("passphrase_file"));
  EXPECT_EQ(json["next"].size(), 2u);
}

TEST_F(CommandsTest, InitWantsTwoPorts) {
  for (const char* bootstrap : {"127.0.0.1:8443", "0.0.0.0:8443"}) {
    const Outcome outcome = Init({"--listen", "127.0.0.1:8443", "--bootstrap", bootstrap});
    EXPECT_EQ(outcome.code, 2) << bootstrap;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("--bootstrap"), HasSubstr("--listen")));
  }
  EXPECT_EQ(Init({"--listen", "127.0.0.1:8443", "--bootstrap", "127.0.0.1:8444"}).code, 0);
}

TEST_F(CommandsTest, InitNeverShowsAPassphrase) {
  const Outcome outcome = Init();
  for (const char* name : {"/root-ca.passphrase", "/issuing-ca.passphrase"}) {
    EXPECT_THAT(outcome.out, Not(HasSubstr(*ReadFile(dir_ + name))));
  }
}

TEST_F(CommandsTest, InitMakesAConfigurationThatIsReady) {
  ASSERT_EQ(Init({"--listen", "[::1]:0"}).code, 0);
  const std::string file = dir_ + "/fleetca.textproto";
  const auto config = LoadServerConfig(file);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listener.address, "[::1]:0");
  EXPECT_EQ(config->store.path, dir_ + "/store");
  EXPECT_EQ(config->bootstrap_address, "");
  EXPECT_TRUE(config->issuer.provenance);
  const auto policy = LoadPolicy(config->policy_file);
  ASSERT_TRUE(policy.ok()) << policy.status();
  ASSERT_EQ((*policy)->profiles().size(), 5u);
  const Profile& service = (*policy)->profiles()[0].profile;
  EXPECT_EQ(service.name(), "service");
  EXPECT_EQ(service.max_lifetime(), absl::Hours(24 * 7));
  EXPECT_FALSE((*policy)->profiles()[2].profile.options().server_auth);
  EXPECT_TRUE(
      (*policy)->CheckRight("spiffe://fleet.example/operator/admin", Right::kManageTokens).ok());
  const Outcome validated = RunCommand({"config", "validate", file});
  EXPECT_EQ(validated.code, 0);
  EXPECT_EQ(validated.out, absl::StrCat(file, ": ok\n"));
  EXPECT_EQ(validated.err, "");
}

TEST_F(CommandsTest, ConfigurationOfAnyTrustDomainIsReady) {
  for (const char* domain : {"fleet", "my_fleet.example", "10.0.0.1"}) {
    const std::string dir = absl::StrCat(folder_, "/", domain);
    ASSERT_EQ(RunCommand({"ca", "init", "--dir", dir, "--trust-domain", domain}).code, 0);
    EXPECT_EQ(RunCommand({"config", "validate", dir + "/fleetca.textproto"}).code, 0) << domain;
    EXPECT_EQ(RunCommand({"policy", "check", dir + "/policy.textproto"}).code, 0) << domain;
  }
}

TEST_F(CommandsTest, InitTakesItsFlags) {
  const Outcome outcome = Init({"--key-type",
                                "ed25519",
                                "--dns",
                                "a.fleet.example",
                                "--dns",
                                "b.fleet.example",
                                "--ip",
                                "10.0.0.1",
                                "--root-lifetime",
                                "20d",
                                "--issuing-lifetime",
                                "240h",
                                "--bootstrap",
                                "[::]:8444",
                                "--path-length",
                                "1",
                                "--http",
                                "[::]:8080",
                                "--base-url",
                                "http://pki.fleet.example"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto config = LoadServerConfig(dir_ + "/fleetca.textproto");
  EXPECT_EQ(config->bootstrap_address, "[::]:8444");
  EXPECT_EQ(config->http.address, "[::]:8080");
  EXPECT_EQ(config->http.base_url, "http://pki.fleet.example");
}

TEST_F(CommandsTest, SecondInitFailsWithASentence) {
  ASSERT_EQ(Init().code, 0);
  const Outcome outcome = Init();
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("nothing is overwritten"));
}

TEST_F(CommandsTest, WrongFlagsAreUsageErrors) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--key-type", "p224"},
      {"--dns", "Upper.example"},
      {"--ip", "10.0.0"},
      {"--root-lifetime", "ten"},
      {"--root-lifetime", "0d"},
      {"--issuing-lifetime", "3651d"},
      {"--listen", "127.0.0.1"},
      {"--listen", "127.0.0.1:x"},
      {"-o", "pem"},
      {"--passphrase", "hunter2"},
      {"--root-lifetime", "36501d"},
      {"extra"},
      {"--bootstrap", "8444"},
      {"--path-length", "9"},
      {"--path-length", "-1"},
      {"--http", "0.0.0.0:8080"},
      {"--base-url", "http://pki.fleet.example"},
      {"--http", "0.0.0.0:8080", "--base-url", "https://pki.fleet.example"},
      {"--http", "0.0.0.0:8443", "--base-url", "http://pki.fleet.example"},
  };
  for (const std::vector<std::string>& flags : wrong) {
    SCOPED_TRACE(flags[0] + " " + flags.back());
    const Outcome outcome = Init(flags);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, Not(IsEmpty()));
  }
  EXPECT_EQ(RunCommand({"ca", "init", "--dir", dir_, "--trust-domain", "Fleet"}).code, 2);
  EXPECT_EQ(RunCommand({"ca", "init", "--dir", dir_}).code, 2);
  EXPECT_EQ(RunCommand({"ca"}).code, 2);
  EXPECT_EQ(RunCommand({"ca", "renew-admin"}).code, 2);
  EXPECT_EQ(RunCommand({"ca", "renew-server", "--dir", dir_}).code, 1);
  EXPECT_EQ(RunCommand({}).code, 2);
  EXPECT_EQ(RunCommand({"serve"}).code, 2);
  EXPECT_EQ(RunCommand({"config", "validate"}).code, 2);
  EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(CommandsTest, HelpIsDataAndSucceeds) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"ca", "init", "--help"},
                                             {"ca", "renew-server", "--help"},
                                             {"ca", "renew-admin", "--help"},
                                             {"serve", "--help"},
                                             {"config", "validate", "--help"}}) {
    const Outcome outcome = RunCommand(command);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:"));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST_F(CommandsTest, ValidateReportsEveryMistake) {
  const std::string file = folder_ + "/bad.textproto";
  ASSERT_TRUE(WriteNewFile(file, "trust_domain: \"Bad\"\nlistner { }\n", 0644).ok());
  const Outcome text = RunCommand({"config", "validate", file});
  EXPECT_EQ(text.code, 1);
  EXPECT_EQ(text.out, "");
  EXPECT_THAT(text.err, AllOf(StartsWith(file + ":1: trust_domain: "), HasSubstr(file + ":2:"),
                              HasSubstr("listner"), HasSubstr(": issuer: is missing")));
  const Outcome json_outcome = RunCommand({"config", "validate", "-o", "json", file});
  EXPECT_EQ(json_outcome.code, 1);
  const auto json = nlohmann::json::parse(json_outcome.out);
  EXPECT_EQ(json["valid"], false);
  EXPECT_GE(json["mistakes"].size(), 5u);
}

TEST_F(CommandsTest, ValidateOfAMissingFileFails) {
  const Outcome outcome = RunCommand({"config", "validate", folder_ + "/none"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("/none"));
}

TEST_F(CommandsTest, PrintConfigShowsWhatIsInForceAndReadsBack) {
  ASSERT_EQ(Init().code, 0);
  const Outcome outcome =
      RunCommand({"serve", "--config", dir_ + "/fleetca.textproto", "--print-config"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("max_batch_items: 1000"));
  EXPECT_TRUE(ParseServerConfig(outcome.out, "-").ok());
  EXPECT_FALSE(fs::exists(dir_ + "/store"));
}

TEST_F(CommandsTest, ServeOfABadConfigurationFails) {
  const Outcome outcome = RunCommand({"serve", "--config", folder_ + "/none"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("/none"));
}

// The server in a process of its own, as it must be for its signals.
class ServeTest : public CommandsTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(Init({"--listen", "127.0.0.1:0"}).code, 0);
    ready_file_ = folder_ + "/ready";
  }

  void Start() {
    process_ = fork();
    ASSERT_GE(process_, 0);
    if (process_ == 0) {
      _exit(
          RunHere({"serve", "--config", dir_ + "/fleetca.textproto", "--ready-file", ready_file_}));
    }
  }

  // The port, or 0 when the server does not come up in a minute.
  int WaitUntilReady() {
    for (int i = 0; i < 600; ++i) {
      const auto contents = ReadFile(ready_file_);
      if (contents.ok()) {
        return std::stoi(*contents);
      }
      absl::SleepFor(absl::Milliseconds(100));
    }
    return 0;
  }

  int WaitForEnd() {
    int status = 0;
    EXPECT_EQ(waitpid(process_, &status, 0), process_);
    return status;
  }

  std::string ready_file_;
  pid_t process_ = -1;
};

TEST_F(ServeTest, ServesUntilTheSignalAndDrains) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ASSERT_TRUE(WriteFileAtomic(ready_file_, "stale", 0644).ok());
    ASSERT_TRUE(fs::remove(ready_file_));
    Start();
    const int port = WaitUntilReady();
    EXPECT_GT(port, 0);
    kill(process_, signal);
    const int status = WaitForEnd();
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_FALSE(fs::exists(ready_file_));
    EXPECT_TRUE(fs::exists(dir_ + "/store"));
  }
}

TEST_F(ServeTest, WithoutItsKeyItDoesNotStart) {
  fs::remove(dir_ + "/issuing-ca.key");
  Start();
  const int status = WaitForEnd();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_FALSE(fs::exists(ready_file_));
}

}  // namespace
}  // namespace fleetca::service

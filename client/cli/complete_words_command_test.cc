#include "client/cli/complete_words_command.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/contexts.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::StartsWith;

// Without a server of this process: what asks it runs in a copy without the server's threads. A
// running CA is asked by tests/integration/completion_test.py.
class CompleteWordsCommandTest : public ::testing::Test {
 protected:
  void SetUp() override { setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1); }
  void TearDown() override { unsetenv("XDG_CONFIG_HOME"); }

  static std::string Complete(std::vector<std::string> words) {
    std::vector<std::string> arguments = {"complete-words", "--"};
    std::move(words.begin(), words.end(), std::back_inserter(arguments));
    const Outcome outcome = RunCommand(std::move(arguments));
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

  // What is offered in the end: a machine that is busy may be too late for the limit at first.
  static std::string CompleteInTheEnd(const std::vector<std::string>& words,
                                      const std::string& expected) {
    std::string offered;
    for (int tries = 0; tries < 20 && offered != expected; ++tries) {
      offered = Complete(words);
    }
    return offered;
  }

  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(CompleteWordsCommandTest, CommandsAndFlagsAreThoseOfTheProgram) {
  EXPECT_THAT(Complete({"cert", "iss"}), StartsWith("\nissue\t"));
  EXPECT_THAT(Complete({"cert", "issue", "--profil"}), StartsWith("\n--profile\t"));
  EXPECT_EQ(Complete({"cert", "issue", "--csr", ""}), "files\n");
  EXPECT_EQ(Complete({"complete-w"}), "\n");
}

TEST_F(CompleteWordsCommandTest, KeyTypesAndReasonsAreThoseOfTheFlags) {
  EXPECT_EQ(Complete({"cert", "issue", "--new-key", "rsa4"}), "\nrsa4096\t\n");
  EXPECT_EQ(Complete({"cert", "revoke", "--reason", "keyC"}), "\nkeyCompromise\t\n");
}

TEST_F(CompleteWordsCommandTest, ContextsAreThoseOfTheUser) {
  EXPECT_EQ(Complete({"context", "use", ""}), "\n");
  ASSERT_TRUE(EditContexts([](Contexts* contexts) {
                contexts->current = "home";
                contexts->by_name["home"].server = "ca.fleet.example:8443";
                contexts->by_name["other"].server = "127.0.0.1:1";
                return absl::OkStatus();
              }).ok());
  const std::string contexts = "\nhome\tin use: ca.fleet.example:8443\nother\t127.0.0.1:1\n";
  EXPECT_EQ(CompleteInTheEnd({"context", "use", ""}, contexts), contexts);
  const std::string address = "\nca.fleet.example:8443\tof the context home\n";
  EXPECT_EQ(CompleteInTheEnd({"cert", "issue", "--server", "ca"}, address), address);
}

// There is no list of all certificates to ask a CA for.
TEST_F(CompleteWordsCommandTest, SerialsAreThoseOfTheCertificatesHere) {
  const std::string file = folder_.path() + "/own.crt";
  ASSERT_EQ(RunCommand({"cert", "selfsign", "--name", "DNS:localhost", "--new-key", "p256",
                        "--key-out", folder_.path() + "/own.key", "--out", file})
                .exit_code,
            0);
  const auto json = nlohmann::json::parse(RunCommand({"cert", "inspect", file, "-o", "json"}).out);
  const std::string serial = json[0]["serial"];
  const std::string offered = "\n" + serial + "\tDNS:localhost, in own.crt\n";
  EXPECT_EQ(CompleteInTheEnd({"cert", "get", "--cert", file, ""}, offered), offered);
}

TEST_F(CompleteWordsCommandTest, ProfilesAreThoseOfTheFoldersPolicy) {
  ASSERT_TRUE(WriteFileAtomic(folder_.path() + "/policy.textproto",
                              "profiles { profile { name: \"berth\" } }\n"
                              "profiles { profile { name: \"quay\" } }\n",
                              0644)
                  .ok());
  const std::string profiles = "\nberth\ta profile of the policy\nquay\ta profile of the policy\n";
  EXPECT_EQ(CompleteInTheEnd({"cert", "issue", "--dir", folder_.path(), "--profile", ""}, profiles),
            profiles);
  EXPECT_EQ(Complete({"cert", "issue", "--dir", folder_.path() + "/gone", "--profile", ""}), "\n");
}

// Whoever presses Tab and Enter runs what was inserted, and the policy may be of somebody else.
TEST_F(CompleteWordsCommandTest, NamesThatAShellWouldNotTakeForAWordAreNotOffered) {
  ASSERT_TRUE(WriteFileAtomic(
                  folder_.path() + "/policy.textproto",
                  "profiles { profile { name: \"$(touch${IFS}PWNED)\" } }\n"
                  "profiles { profile { name: \"a;b\" } } profiles { profile { name: \"--x\" } }\n"
                  "profiles { profile { name: \"a`b\" } } profiles { profile { name: \"a b\" } }\n"
                  "profiles { profile { name: \"~a\" } } profiles { profile { name: \"a\\nb\" } }\n"
                  "profiles { profile { name: \"quay-1\" } }\n",
                  0644)
                  .ok());
  const std::string profiles = "\nquay-1\ta profile of the policy\n";
  EXPECT_EQ(CompleteInTheEnd({"cert", "issue", "--dir", folder_.path(), "--profile", ""}, profiles),
            profiles);
}

}  // namespace
}  // namespace fleetca::client

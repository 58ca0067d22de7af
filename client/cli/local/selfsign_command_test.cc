#include "client/cli/local/selfsign_command.h"

#include <string>
#include <vector>

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using SelfSignCommandTest = LocalCommandTest;

TEST_F(SelfSignCommandTest, AKeyAndItsCertificate) {
  const Outcome made = RunCommand({"cert", "selfsign", "--name", "DNS:localhost", "--new-key",
                                   "p256", "--key-out", Path("k"), "--out", Path("c")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("for trying things on one machine"));
  EXPECT_EQ(ModeOf("k"), 0600);
  EXPECT_EQ(RunCommand({"key", "inspect", Path("k"), "--fits", Path("c")}).exit_code, 0);
  EXPECT_EQ(
      RunCommand({"cert", "verify", Path("c"), "--ca", Path("c"), "--host", "localhost"}).exit_code,
      0);
}

TEST_F(SelfSignCommandTest, JsonOfAKeyThatIsThere) {
  ASSERT_EQ(RunCommand({"key", "new", "--out", Path("k")}).exit_code, 0);
  const nlohmann::json json = Json({"cert", "selfsign", "--name", "DNS:localhost", "--name",
                                    "IP:127.0.0.1", "--days", "7", "--key", Path("k")});
  EXPECT_EQ(json["names"], nlohmann::json({"DNS:localhost", "IP:127.0.0.1"}));
  EXPECT_EQ(json["is_ca"], false);
}

TEST_F(SelfSignCommandTest, ANewKeyMayHaveAPassphrase) {
  Write("pass", "secret\n");
  const std::vector<std::string> command = {"cert",      "selfsign", "--name",    "DNS:localhost",
                                            "--new-key", "p256",     "--key-out", Path("k"),
                                            "--out",     Path("c")};
  std::vector<std::string> ignored = command;
  ignored.insert(ignored.end(), {"--passphrase-file", Path("pass")});
  ExpectRefused(ignored, 2, "--new-passphrase-file");
  EXPECT_FALSE(Exists("k"));
  std::vector<std::string> locked = command;
  locked.insert(locked.end(), {"--new-passphrase-file", Path("pass")});
  EXPECT_EQ(RunCommand(locked).exit_code, 0);
  EXPECT_THAT(Read("k"), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
}

// No CA is asked here, so none is spoken of.
TEST_F(SelfSignCommandTest, WhatIsThereStaysThere) {
  Write("c", "other");
  const Outcome refused = RunCommand({"cert", "selfsign", "--name", "DNS:localhost", "--new-key",
                                      "p256", "--key-out", Path("k"), "--out", Path("c")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("--force replaces it"), HasSubstr("nothing was written"),
                                 Not(HasSubstr("asked for yet"))));
  EXPECT_FALSE(Exists("k"));
  EXPECT_EQ(Read("c"), "other");
}

TEST_F(SelfSignCommandTest, BadInput) {
  ExpectRefused({"cert", "selfsign", "--name", "web", "--new-key", "p256", "--key-out", Path("k"),
                 "--out", Path("c")},
                1, "does not say what kind of name it is");
  ExpectRefused({"cert", "selfsign", "--name", "DNS:localhost", "--days", "4000", "--new-key",
                 "p256", "--key-out", Path("k"), "--out", Path("c")},
                1, "398");
  ExpectRefused({"cert", "selfsign", "--name", "DNS:localhost", "--new-key", "p256", "--key-out",
                 Path("one"), "--out", Path("one")},
                1, "are one file");
  EXPECT_FALSE(Exists("k"));
  EXPECT_FALSE(Exists("one"));
}

}  // namespace
}  // namespace fleetca::client

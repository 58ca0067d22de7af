#include "client/cli/revoke_command.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Outcome Revoke(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"cert", "revoke", "--dir", "nothing", "--server", "localhost:1"});
  return RunCommand(flags);
}

TEST(RevokeCommandTest, SomethingHasToBeSelectedInOneWay) {
  const Outcome nothing = Revoke({});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err,
              HasSubstr("--serial, --identity, --lineage, --key-of, --profile, --issuer, "
                        "--issued-from or --issued-to is needed"));
  const Outcome two = Revoke({"--identity", "spiffe://a/b", "--profile", "service"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_THAT(two.err, HasSubstr("do not go together"));
}

TEST(RevokeCommandTest, FlagsThatMakeNoSenseAreRefusedBeforeAnythingIsAsked) {
  EXPECT_EQ(Revoke({"--identity", "web"}).exit_code, 2);
  EXPECT_EQ(Revoke({"--profile", "service", "--issued-from", "yesterday"}).exit_code, 2);
  const Outcome reason = Revoke({"--identity", "spiffe://a/b", "--reason", "certificateHold"});
  EXPECT_EQ(reason.exit_code, 2);
  EXPECT_THAT(reason.err, HasSubstr("keyCompromise"));
  const Outcome file = Revoke({"--serial", "nothing.crt"});
  EXPECT_EQ(file.exit_code, 1);
  EXPECT_THAT(file.err, HasSubstr("neither a serial number"));
}

class RevokeAtServerTest : public CommandsTest {
 protected:
  Outcome Revoke(std::vector<std::string> flags) {
    return RunAtServer({"cert", "revoke"}, std::move(flags));
  }
  // Whether anything but dry runs was asked for.
  bool Revoked() {
    const auto asked = server_.revocations().revocations();
    return std::any_of(asked.begin(), asked.end(), [](const auto& one) { return !one.dry_run(); });
  }
};

TEST_F(RevokeAtServerTest, OnesOwnKeyAndIdentityGoByNoMistake) {
  for (const std::vector<std::string>& own :
       {std::vector<std::string>{"--key-of", Path("admin.crt"), "--reason", "keyCompromise"},
        {"--identity", "spiffe://fleet.example/user/admin"}}) {
    const Outcome refused = Revoke(own);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("the CA would refuse you"));
    EXPECT_THAT(refused.err, HasSubstr("--yes"));
  }
  EXPECT_FALSE(Revoked());
  const Outcome meant = Revoke({"--identity", "spiffe://fleet.example/user/admin", "--yes"});
  EXPECT_EQ(meant.exit_code, 0) << meant.err;
  EXPECT_THAT(meant.err, HasSubstr("fleetca ca renew-admin"));
  // Who names the certificate itself means it, and hears what it does.
  const Outcome named = Revoke({"--serial", Path("admin.crt")});
  EXPECT_EQ(named.exit_code, 0) << named.err;
  EXPECT_THAT(named.err, HasSubstr("fleetca ca renew-admin"));
  const Outcome other = Revoke({"--identity", "spiffe://fleet.example/user/other"});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(other.err, Not(HasSubstr("renew-admin")));
}

TEST_F(RevokeAtServerTest, WhatHitsNothingSaysSo) {
  server_.revocations().Count(0);
  const Outcome nothing = Revoke({"--profile", "servcie"});
  EXPECT_EQ(nothing.exit_code, 0) << nothing.err;
  EXPECT_THAT(nothing.err, HasSubstr("is it spelled right?"));
  EXPECT_THAT(Revoke({"--profile", "servcie", "--dry-run"}).err, HasSubstr("spelled"));
  // The block of a key is no nothing.
  EXPECT_EQ(Issue(NewKeyFlags("web.crt")).exit_code, 0);
  const Outcome key = Revoke({"--key-of", Path("web.crt"), "--reason", "keyCompromise"});
  EXPECT_EQ(key.exit_code, 0) << key.err;
  EXPECT_THAT(key.err, HasSubstr("the key is blocked for ever"));
  EXPECT_THAT(key.err, Not(HasSubstr("spelled")));
}

}  // namespace
}  // namespace fleetca::client

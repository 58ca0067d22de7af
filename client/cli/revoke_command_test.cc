#include "client/cli/revoke_command.h"

#include <string>
#include <vector>

#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

Outcome Revoke(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"cert", "revoke", "--dir", "nothing", "--server", "localhost:1"});
  return RunCommand(flags);
}

TEST(RevokeCommandTest, SomethingHasToBeSelectedInOneWay) {
  const Outcome nothing = Revoke({});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("--serial, --identity, --lineage, --key-of, --profile"));
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

}  // namespace
}  // namespace fleetca::client

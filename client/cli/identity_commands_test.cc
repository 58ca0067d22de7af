#include "client/cli/identity_commands.h"

#include <string>

#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

using IdentityCommandsTest = CommandsTest;

TEST_F(IdentityCommandsTest, TheListSaysWhoIsBlockedByWhomAndWhy) {
  v1::Block block;
  block.set_identity("spiffe://fleet.example/svc/web");
  block.mutable_block_time()->set_seconds(1'800'000'000);
  block.set_blocker("spiffe://fleet.example/operator/night");
  block.set_reason("host lost");
  server_.revocations().Block(block);
  const Outcome outcome = RunAtServer({"identity", "list"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("identity  2027-01-15 08:00:00 UTC  unblocked  "
                                     "spiffe://fleet.example/svc/web  "
                                     "spiffe://fleet.example/operator/night  host lost\n"));
}

TEST_F(IdentityCommandsTest, AnEarlierBlockKeepsItsReasonAndSaysSo) {
  v1::Block block;
  block.set_identity("spiffe://fleet.example/svc/web");
  block.set_blocker("spiffe://fleet.example/operator/night");
  block.set_reason("host lost");
  server_.revocations().Block(block);
  const Outcome outcome =
      RunAtServer({"identity", "block"}, {"spiffe://fleet.example/svc/web", "--reason", "moved"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("/operator/night (host lost)\n"));
  EXPECT_THAT(outcome.err, HasSubstr("blocked before"));
}

}  // namespace
}  // namespace fleetca::client

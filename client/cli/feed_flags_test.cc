// The flags by which a verifier follows the CA's revocations.
#include "client/cli/feed_flags.h"

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
using ::testing::IsEmpty;

class FeedFlagsTest : public ::testing::Test {
 protected:
  // "" or what CLI11 says.
  std::string Parse(std::vector<std::string> arguments) {
    CLI::App app;
    AddFeedFlags(app, &flags_);
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
    return "";
  }

  FeedFlags flags_;
};

TEST_F(FeedFlagsTest, NothingIsFollowedUnlessAsked) {
  EXPECT_THAT(Parse({}), IsEmpty());
  EXPECT_THAT(FeedFlagMistake(flags_), IsEmpty());
  const auto followed = StartFeed(flags_);
  ASSERT_TRUE(followed.ok());
  EXPECT_EQ(followed->revocations, nullptr);
}

TEST_F(FeedFlagsTest, AFlagOfTheFeedAloneIsAMistake) {
  EXPECT_THAT(Parse({"--server", "127.0.0.1:1"}), IsEmpty());
  EXPECT_THAT(FeedFlagMistake(flags_), HasSubstr("--server is of use with --follow-revocations"));
  EXPECT_THAT(Parse({"--when-stale", "allow"}), HasSubstr("--follow-revocations"));
}

TEST_F(FeedFlagsTest, ValuesThatCannotBeAreRefused) {
  EXPECT_THAT(Parse({"--follow-revocations", "--revocations-max-age", "9s"}), HasSubstr("10s"));
  EXPECT_THAT(Parse({"--follow-revocations", "--revocations-max-age", "soon"}), HasSubstr("soon"));
  EXPECT_THAT(Parse({"--follow-revocations", "--when-stale", "perhaps"}), HasSubstr("perhaps"));
}

TEST_F(FeedFlagsTest, Follows) {
  const testing::FakeServer server;
  EXPECT_THAT(Parse({"--follow-revocations", "--revocations-max-age", "1m", "--when-stale", "allow",
                     "--server", server.address(), "--dir", server.dir()}),
              IsEmpty());
  EXPECT_THAT(FeedFlagMistake(flags_), IsEmpty());
  const auto followed = StartFeed(flags_);
  ASSERT_TRUE(followed.ok()) << followed.status();
  EXPECT_EQ(followed->revocations->options().max_age, absl::Minutes(1));
  EXPECT_EQ(followed->revocations->options().when_stale, WhenStale::kAllow);
}

}  // namespace
}  // namespace fleetca::client

#include "client/cli/renewal_commands.h"

#include <string>
#include <vector>

#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

Outcome RunRenewal(const std::string& command, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"renewal", command, "--dir", "nothing", "--server", "localhost:1"});
  return RunCommand(flags);
}

TEST(RenewalCommandsTest, SomethingHasToBeSelected) {
  const Outcome nothing = RunRenewal("order", {"--yes"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("--identity, --profile, --issuer, --issued-from"));
}

TEST(RenewalCommandsTest, FlagsThatMakeNoSenseAreRefusedBeforeAnythingIsAsked) {
  EXPECT_EQ(RunRenewal("order", {"--identity", "web"}).exit_code, 2);
  EXPECT_EQ(RunRenewal("order", {"--issued-to", "yesterday"}).exit_code, 2);
  EXPECT_EQ(RunRenewal("cancel", {}).exit_code, 2);
  EXPECT_EQ(RunRenewal("cancel", {"first"}).exit_code, 2);
  EXPECT_EQ(RunRenewal("info", {}).exit_code, 2);
  const Outcome file = RunRenewal("info", {"nothing.crt"});
  EXPECT_EQ(file.exit_code, 1);
  EXPECT_THAT(file.err, HasSubstr("neither a serial number"));
  const Outcome issuer = RunRenewal("order", {"--issuer", "nothing.crt"});
  EXPECT_EQ(issuer.exit_code, 1);
  EXPECT_THAT(issuer.err, HasSubstr("nothing.crt"));
}

class RenewalInfoCommandTest : public CommandsTest {};

TEST_F(RenewalInfoCommandTest, TheWindowOfACertificateIsShown) {
  ASSERT_EQ(Issue(NewKeyFlags("web.crt")).exit_code, 0);
  const Outcome shown = RunAtServer({"renewal", "info"}, {Path("web.crt")});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("WINDOW FROM"));
  EXPECT_THAT(shown.out, HasSubstr(" 1h "));
  const Outcome json = RunAtServer({"renewal", "info"}, {Path("web.crt"), "-o", "json"});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  EXPECT_THAT(json.out, HasSubstr("\"retry_after_seconds\": 3600"));
  EXPECT_THAT(json.out, HasSubstr("\"revoked\": false"));
}

TEST_F(RenewalInfoCommandTest, ACertificateThatIsNotKnownIsAnError) {
  const Outcome unknown = RunAtServer({"renewal", "info"}, {"01" + std::string(38, '0')});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("no certificate has this serial"));
}

}  // namespace
}  // namespace fleetca::client

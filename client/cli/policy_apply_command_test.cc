#include "client/cli/policy_apply_command.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PolicyApplyCommandTest : public CommandsTest {
 protected:
  // `policy apply` at the fake server, with a check that says `checked_` and notes the file.
  Outcome Apply(std::vector<std::string> arguments) {
    CLI::App policy("", "policy");
    Outcome outcome;
    AddPolicyApplyCommand(policy, &outcome.exit_code, [this](const std::string& file) {
      checked_files_.push_back(file);
      return checked_;
    });
    arguments.insert(arguments.begin(),
                     {"apply", "--server", server_.address(), "--dir", server_.dir()});
    std::reverse(arguments.begin(), arguments.end());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    policy.parse(std::move(arguments));
    std::fflush(stdout);
    outcome.out = ::testing::internal::GetCapturedStdout();
    outcome.err = ::testing::internal::GetCapturedStderr();
    return outcome;
  }

  absl::Status checked_;
  std::vector<std::string> checked_files_;
};

// As sha256sum says it, with a byte order mark too: the server hashes the same octets.
TEST_F(PolicyApplyCommandTest, AsksByTheSha256OfTheFilesOwnOctets) {
  const std::string file = Write("mine.textproto", "policy_revision: 1\r\n", 0644);
  const Outcome outcome = Apply({file});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string marked = Write("policy.textproto", "\xef\xbb\xbfjunk", 0644);
  EXPECT_EQ(Apply({}).exit_code, 0);
  EXPECT_THAT(checked_files_, ElementsAre(file, marked));
  EXPECT_THAT(server_.policy().asked_for(),
              ElementsAre(absl::HexStringToBytes("c517213283a0345cc2c3fc88b8fe0e49"
                                                 "de1766b48ef64a0ef8040442d4b6471d"),
                          absl::HexStringToBytes("af62597ad8ce0d18c2a1b26ee4b6ba58"
                                                 "5c67da20fd95fc304d5d2705f904f90f")));
}

TEST_F(PolicyApplyCommandTest, AFileThatIsWrongIsNotSentFor) {
  Write("policy.textproto", "junk", 0644);
  checked_ = InvalidArgument(Reason::kConfigInvalid, "", "policy.textproto:1: this is junk");
  const Outcome outcome = Apply({});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("the server was not asked"));
  EXPECT_THAT(outcome.err, HasSubstr("policy.textproto:1: this is junk"));
  EXPECT_THAT(server_.policy().asked_for(), IsEmpty());
}

}  // namespace
}  // namespace fleetca::client

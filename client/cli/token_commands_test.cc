// `token create|list|revoke`.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using testing::FakeError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kOne[] = "spiffe://fleet.example/host/one";
const FakeError kOk = {grpc::OK, "", "", "", absl::ZeroDuration()};
const FakeError kForbidden = {grpc::PERMISSION_DENIED, "you may not", "CALLER_NOT_ALLOWED", "",
                              absl::ZeroDuration()};

std::string Token(int number) { return absl::StrFormat("fcj_%043d", number); }

class TokenCommandsTest : public CommandsTest {
 protected:
  Outcome Create(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"--profile", "host"});
    return RunAtServer({"token", "create"}, std::move(flags));
  }

  // A list of hosts 1 to `count`, from line 2 on.
  std::string WriteList(int count) {
    std::string list = "# all of the rack\n";
    for (int i = 1; i <= count; ++i) {
      absl::StrAppend(&list, Host(i), "\n");
    }
    return Write("hosts.txt", list, 0644);
  }

  static std::string Host(int number) {
    return absl::StrCat("spiffe://fleet.example/host/", number);
  }

  size_t Calls() { return server_.join_tokens().create_requests().size(); }
};

TEST_F(TokenCommandsTest, PrintsATokenAndNothingElse) {
  const Outcome outcome = Create({"--identity", kOne});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, Token(0) + "\n");
  EXPECT_EQ(outcome.err, "made 1 join token, each for 1 certificate within 10m\n");
  const auto request = server_.join_tokens().create_requests()[0];
  EXPECT_EQ(request.profile(), "host");
  EXPECT_EQ(request.lifetime().seconds(), 600);
  EXPECT_EQ(request.uses(), 1);
}

TEST_F(TokenCommandsTest, AFileOfTokensIsItsOwners) {
  const Outcome outcome = Create({"--identity", kOne, "--ttl", "2h", "--uses", "5", "--count", "3",
                                  "--out", Path("join.token")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, Not(HasSubstr("fcj_")));
  EXPECT_EQ(ModeOf("join.token"), 0600u);
  EXPECT_EQ(*ReadFile(Path("join.token")),
            absl::StrCat(Token(0), "\n", Token(1), "\n", Token(2), "\n"));
  const auto request = server_.join_tokens().create_requests()[0];
  EXPECT_EQ(request.identities_size(), 3);
  EXPECT_EQ(request.lifetime().seconds(), 7200);
  EXPECT_EQ(request.uses(), 5);
}

TEST_F(TokenCommandsTest, AFileThatIsThereIsKeptAndNothingMade) {
  Write("join.token", "precious", 0600);
  const Outcome outcome = Create({"--identity", kOne, "--out", Path("join.token")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("join.token: File exists"));
  EXPECT_EQ(*ReadFile(Path("join.token")), "precious");
  EXPECT_EQ(Calls(), 0);
}

TEST_F(TokenCommandsTest, ARefusalLeavesNoFile) {
  server_.join_tokens().FailNext({kForbidden});
  const Outcome outcome = Create({"--identity", kOne, "--out", Path("join.token")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "fleetca: you may not\n");
  EXPECT_FALSE(Exists("join.token"));
}

TEST_F(TokenCommandsTest, AListGoesInCallsOfAThousand) {
  const Outcome outcome =
      Create({"--identities-file", WriteList(2500), "--out", Path("tokens.txt")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto requests = server_.join_tokens().create_requests();
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(requests[0].identities_size(), 1000);
  EXPECT_EQ(requests[2].identities_size(), 500);
  const std::string contents = *ReadFile(Path("tokens.txt"));
  const std::vector<std::string> lines = absl::StrSplit(contents, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 2500);
  EXPECT_EQ(lines[0], absl::StrCat(Host(1), " ", Token(0)));
  EXPECT_EQ(lines[2499], absl::StrCat(Host(2500), " ", Token(2499)));
  // No terminal, no progress.
  EXPECT_EQ(outcome.err, "made 2500 join tokens, each for 1 certificate within 10m\n");
}

TEST_F(TokenCommandsTest, SaysWhereItStoppedAndKeepsWhatWasMade) {
  const std::string list = WriteList(2500);
  for (const std::string form : {"text", "json"}) {
    server_.join_tokens().FailNext({kOk, kForbidden});
    const std::string file = absl::StrCat("tokens.", form);
    const Outcome outcome = Create({"--identities-file", list, "--out", Path(file), "-o", form});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.err, absl::StrCat("fleetca: made and wrote 1000 of 2500 tokens; the first "
                                        "that is missing is for line 1002, ",
                                        Host(1001), ": you may not\n"));
    const std::string contents = *ReadFile(Path(file));
    if (form == "json") {
      EXPECT_EQ(nlohmann::json::parse(contents).size(), 1000);
    } else {
      EXPECT_THAT(contents, HasSubstr(absl::StrCat("\n", Host(1000), " ", Token(999), "\n")));
      EXPECT_THAT(contents, Not(HasSubstr(Host(1001))));
    }
  }
}

TEST_F(TokenCommandsTest, WhatCannotBeWrittenIsRevoked) {
  CLI::App app("", "fleetca");
  int exit_code = 0;
  AddCertCommands(app, &exit_code);
  std::vector<std::string> arguments = {"token",     "create",      "--server",   server_.address(),
                                        "--dir",     server_.dir(), "--identity", kOne,
                                        "--profile", "host",        "--count",    "2"};
  std::reverse(arguments.begin(), arguments.end());
  const int standard_output = dup(STDOUT_FILENO);
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  ::testing::internal::CaptureStderr();
  dup2(full, STDOUT_FILENO);
  app.parse(arguments);
  dup2(standard_output, STDOUT_FILENO);
  close(standard_output);
  close(full);
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "fleetca: the last 2 tokens could not be kept and have been revoked: Cannot write "
            "standard output: No space left on device; make room there\n");
  const auto tokens = server_.join_tokens().tokens();
  ASSERT_EQ(tokens.size(), 2);
  EXPECT_TRUE(tokens[0].has_revoke_time());
  EXPECT_TRUE(tokens[1].has_revoke_time());
}

TEST_F(TokenCommandsTest, JsonSaysAllAboutEach) {
  const Outcome outcome = Create({"--identity", kOne, "--count", "2", "-o", "json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[1]["token"], Token(1));
  EXPECT_EQ(json[1]["id"], "0000000000000001");
  EXPECT_EQ(json[1]["identity"], kOne);
  EXPECT_EQ(json[1]["profile"], "host");
  EXPECT_EQ(json[1]["uses_left"], 1);
  EXPECT_EQ(json[1]["state"], "usable");
  EXPECT_THAT(json[1]["expire_time"].get<std::string>(), HasSubstr("T"));
}

TEST_F(TokenCommandsTest, AListWithAMistakeMakesNothing) {
  const std::vector<std::pair<std::string, std::string>> lists = {
      {"\n \n# nobody\n", "no identity in the list"},
      {absl::StrCat(kOne, "\nhost/two\n"), "line 2: \"host/two\" is not a SPIFFE ID"},
      {absl::StrCat(kOne, " ", kOne, "\n"), "line 1: "},
  };
  for (const auto& [contents, sentence] : lists) {
    const Outcome outcome = Create({"--identities-file", Write("hosts.txt", contents, 0644)});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("hosts.txt: "));
    EXPECT_THAT(outcome.err, HasSubstr(sentence));
  }
  EXPECT_EQ(Create({"--identities-file", WriteList(100'001)}).exit_code, 1);
  EXPECT_EQ(Calls(), 0);
}

TEST_F(TokenCommandsTest, CommentsAndWhiteSpaceAreNoIdentities) {
  const std::string list = absl::StrCat("\r\n# rack 7\r\n  ", kOne, "  # the first\r\n", Host(2));
  const Outcome outcome = Create({"--identities-file", Write("hosts.txt", list, 0644)});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, absl::StrCat(kOne, " ", Token(0), "\n", Host(2), " ", Token(1), "\n"));
}

TEST_F(TokenCommandsTest, ListsAllPagesWithoutSecrets) {
  ASSERT_EQ(Create({"--identities-file", WriteList(3)}).exit_code, 0);
  server_.join_tokens().LimitPages(2);
  const Outcome text = RunAtServer({"token", "list"}, {});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("ID                STATE   USES LEFT"));
  EXPECT_THAT(text.out, HasSubstr("0000000000000002  usable  1 of 1"));
  EXPECT_THAT(text.out, HasSubstr(Host(3) + "\n"));
  EXPECT_THAT(text.out, Not(HasSubstr("fcj_")));
  const Outcome json = RunAtServer({"token", "list"}, {"-o", "json", "--identity", Host(2)});
  const auto tokens = nlohmann::json::parse(json.out);
  ASSERT_EQ(tokens.size(), 1);
  EXPECT_EQ(tokens[0]["id"], "0000000000000001");
  EXPECT_FALSE(tokens[0].contains("token"));
  EXPECT_FALSE(tokens[0].contains("revoke_time"));
}

TEST_F(TokenCommandsTest, Revokes) {
  ASSERT_EQ(Create({"--identities-file", WriteList(3)}).exit_code, 0);
  const Outcome outcome =
      RunAtServer({"token", "revoke"}, {"0000000000000000", "0000000000000002", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "revoked 2 join tokens\n");
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[1]["state"], "revoked");
  EXPECT_EQ(json[1]["revoker"], "spiffe://fleet.example/user/admin");
  const Outcome usable = RunAtServer({"token", "list"}, {"--usable"});
  EXPECT_THAT(usable.out, HasSubstr(Host(2)));
  EXPECT_THAT(usable.out, Not(HasSubstr(Host(3))));
  const Outcome unknown = RunAtServer({"token", "revoke"}, {"ffffffffffffffff"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.err, "fleetca: no join token has the id ffffffffffffffff\n");
}

TEST_F(TokenCommandsTest, UsageErrorsExitWith2AndQuoteNoSecret) {
  const std::string list = WriteList(1);
  const std::vector<std::vector<std::string>> mistakes = {
      {},
      {"--identity", kOne, "--identities-file", list},
      {"--identity", "web"},
      {"--identity", kOne, "--ttl", "soon"},
      {"--identity", kOne, "--uses", "0"},
      {"--identity", kOne, "--uses", "100001"},
      {"--identity", kOne, "--count", "0"},
      {"--identity", kOne, "--count", "100001"},
      {"--identities-file", list, "--count", "2"},
      {"--identity", kOne, "-o", "pem"},
  };
  for (const std::vector<std::string>& flags : mistakes) {
    const Outcome outcome = Create(flags);
    EXPECT_EQ(outcome.exit_code, 2) << ::testing::PrintToString(flags);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, Not(IsEmpty()));
  }
  EXPECT_EQ(Calls(), 0);
  EXPECT_EQ(RunAtServer({"token", "create"}, {"--identity", kOne}).exit_code, 2);
  EXPECT_EQ(RunAtServer({"token", "revoke"}, {}).exit_code, 2);
  const Outcome secret = RunAtServer({"token", "revoke"}, {Token(7)});
  EXPECT_EQ(secret.exit_code, 2);
  EXPECT_THAT(secret.err, Not(HasSubstr("fcj_")));
  EXPECT_EQ(RunCommand({"token", "list"}).exit_code, 2);
}

}  // namespace
}  // namespace fleetca::client

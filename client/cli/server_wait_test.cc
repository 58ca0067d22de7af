#include "client/cli/server_wait.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

// A server that is not there yet, and where it is to be.
class ServerWaitTest : public CommandsTest {};

TEST_F(ServerWaitTest, AServerThatIsDownIsSaidAfterTheTimeout) {
  server_.Stop();
  const absl::Time start = absl::Now();
  const Outcome outcome = Issue({"--csr", WriteCsr(), "--timeout", "2s"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(server_.address()));
  EXPECT_THAT(outcome.err, HasSubstr("is the server running"));
  EXPECT_GT(absl::Now() - start, absl::Seconds(1));
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

// Also into a file, which whoever waits may look into.
TEST_F(ServerWaitTest, SaysAfterASecondWhatIsWaitedFor) {
  server_.Stop();
  const Outcome outcome = Issue({"--new-key", "p256", "--key-out", Path("web.key"), "--name",
                                 "DNS:web.fleet.example", "--timeout", "2s"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("waiting for the server, for up to 2s"));
  EXPECT_FALSE(Exists("web.key"));
}

TEST_F(ServerWaitTest, SaysWhyTheServerIsLookedForWhereItIs) {
  ServerWait wait("30s", "127.0.0.1:8443 is the default");
  const absl::Status down =
      Unavailable(Reason::kServerUnreachable, "cannot reach the CA: connection refused");
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(wait(down));
  absl::SleepFor(absl::Milliseconds(1100));
  EXPECT_TRUE(wait(down));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("for up to 30s (127.0.0.1:8443 is the default)"));
}

TEST_F(ServerWaitTest, AServerThatStartsLateIsWaitedFor) {
  server_.Stop();
  std::thread starter([this] {
    absl::SleepFor(absl::Seconds(2));
    server_.Restart();
  });
  const Outcome outcome = Issue({"--csr", WriteCsr(), "--timeout", "60s"});
  starter.join();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

// More often than a failure that may be any is tried again.
TEST_F(ServerWaitTest, AServerThatRestartsIsWaitedFor) {
  server_.service().FailNext(std::vector<testing::FakeError>(
      7, {grpc::UNAVAILABLE, "the server is stopping", "DRAINING", "", absl::ZeroDuration()}));
  const Outcome outcome = Issue({"--csr", WriteCsr(), "--timeout", "60s"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the server is stopping; waiting for the server"));
}

TEST_F(ServerWaitTest, AStoreThatIsOutOfOrderIsNotWaitedFor) {
  server_.service().FailNext(std::vector<testing::FakeError>(
      7, {grpc::UNAVAILABLE, "no disk", "STORE_UNAVAILABLE", "", absl::ZeroDuration()}));
  const Outcome outcome = Issue({"--csr", WriteCsr(), "--timeout", "60s"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no disk"));
}

TEST_F(ServerWaitTest, WhatDoesNotPassByItselfIsNotWaitedFor) {
  const absl::Time start = absl::Now();
  const Outcome outcome =
      RunCommand({"cert", "issue", "--profile", "server", "--csr", WriteCsr(), "--dir",
                  server_.dir(), "--server", server_.bootstrap_address(), "--server-identity",
                  "spiffe://fleet.example/host/other", "--timeout", "300s"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is not the CA's server"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(60));
}

TEST_F(ServerWaitTest, TheFolderSaysWhereItsServerIs) {
  const std::string port = server_.address().substr(server_.address().rfind(':'));
  const auto issue = [this](const std::string& listen) {
    Write("fleetca.textproto",
          absl::StrCat("unknown_field: 1 listener { address: \"", listen, "\" } # and more"), 0644);
    return RunCommand({"cert", "issue", "--profile", "server", "--csr", WriteCsr(), "--dir",
                       server_.dir(), "--timeout", "2s"});
  };
  for (const char* host : {"127.0.0.1", "0.0.0.0", "localhost"}) {
    const Outcome outcome = issue(absl::StrCat(host, port));
    EXPECT_EQ(outcome.exit_code, 0) << host << outcome.err;
  }
  EXPECT_THAT(issue("127.0.0.1:0").err, HasSubstr("give the server's address with --server"));
  EXPECT_THAT(issue("").err, HasSubstr("give the server's address with --server"));
}

}  // namespace
}  // namespace fleetca::client

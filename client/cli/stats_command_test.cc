// `fleetca stats`, at a fake server that says what the tests have it say.
#include "client/cli/stats_command.h"

#include <string>

#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kEnd = 1'800'000'000;  // 2027-01-15 08:00:00 UTC

class StatsCommandTest : public CommandsTest {
 protected:
  void SetUp() override {
    v1::GetStatisticsResponse answer;
    answer.mutable_server()->set_version("9.9");
    answer.mutable_issuing()->set_issued(17);
    v1::OwnCertificate* server = answer.add_own_certificates();
    server->set_what("the server's certificate");
    server->set_file("/ca/server.crt");
    server->set_spiffe_id("spiffe://fleet.example/svc/fleetca");
    server->set_serial_number("\x01\xab");
    server->mutable_not_after()->set_seconds(kEnd);
    server->set_in_warning_time(true);
    server->set_warning("/ca/server.crt ends soon; renew it");
    server->mutable_last_renewal_attempt_time()->set_seconds(kEnd - 3600);
    server->set_renewal_error("the policy does not grant it");
    v1::OwnCertificate* root = answer.add_own_certificates();
    root->set_what("the root's certificate");
    root->set_subject("CN=fleet.example root CA");
    root->mutable_not_after()->set_seconds(kEnd);
    server_.statistics().Answer(answer);
  }
};

TEST_F(StatsCommandTest, TheTableHasEachOwnCertificateAndTheWordsAreBelow) {
  const Outcome outcome = RunAtServer({"stats"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(
      outcome.out,
      AllOf(HasSubstr("  Release         9.9\n"), HasSubstr("  Issued          17\n"),
            HasSubstr("2027-01-15 08:00:00 UTC  yes   2027-01-15 07:00:00 UTC  01ab "),
            HasSubstr("  the server's certificate (spiffe://fleet.example/svc/fleetca)\n"),
            HasSubstr("2027-01-15 08:00:00 UTC  no    -  "),
            HasSubstr("  the root's certificate (CN=fleet.example root CA)\n"),
            HasSubstr("\n/ca/server.crt ends soon; renew it\n\nthe policy does not grant it\n")));
}

TEST_F(StatsCommandTest, JsonHasTheSame) {
  const Outcome outcome = RunAtServer({"stats"}, {"-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["version"], "9.9");
  EXPECT_EQ(json["issued"], 17);
  ASSERT_EQ(json["own_certificates"].size(), 2);
  const auto& server = json["own_certificates"][0];
  EXPECT_EQ(server["what"], "the server's certificate");
  EXPECT_EQ(server["file"], "/ca/server.crt");
  EXPECT_EQ(server["spiffe_id"], "spiffe://fleet.example/svc/fleetca");
  EXPECT_EQ(server["serial"], "01ab");
  EXPECT_EQ(server["not_after"], "2027-01-15T08:00:00Z");
  EXPECT_EQ(server["in_warning_time"], true);
  EXPECT_EQ(server["warning"], "/ca/server.crt ends soon; renew it");
  EXPECT_EQ(server["last_renewal_attempt_time"], "2027-01-15T07:00:00Z");
  EXPECT_EQ(server["renewal_error"], "the policy does not grant it");
  const auto& root = json["own_certificates"][1];
  EXPECT_EQ(root["subject"], "CN=fleet.example root CA");
  EXPECT_EQ(root["in_warning_time"], false);
  EXPECT_FALSE(root.contains("last_renewal_attempt_time"));
  EXPECT_EQ(root["renewal_error"], "");
}

// One of an earlier release tells nothing of them.
TEST_F(StatsCommandTest, WithoutOwnCertificatesThereIsNoTable) {
  server_.statistics().Answer({});
  const Outcome outcome = RunAtServer({"stats"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, Not(HasSubstr("ENDS")));
}

}  // namespace
}  // namespace fleetca::client

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
    answer.mutable_issuing()->set_renewed(11);
    answer.mutable_issuing()->set_renewed_by_proof(12);
    answer.mutable_issuing()->set_refused_proofs(13);
    answer.mutable_issuing()->set_stale_lineages(14);
    answer.mutable_issuing()->set_blocked_lineages(15);
    answer.mutable_issuing()->set_renewal_infos(16);
    answer.mutable_issuing()->set_moved_windows(18);
    answer.mutable_server()->set_possession("AVX-512 IFMA lanes");
    answer.mutable_possession()->set_by_lanes(50);
    answer.mutable_possession()->set_checked_again(51);
    answer.mutable_possession()->set_left_to_openssl(52);
    answer.mutable_possession()->set_disagreements(53);
    v1::RevocationStatistics* revocation = answer.mutable_revocation();
    revocation->set_loaded(true);
    revocation->set_sequence(41);
    revocation->set_known(42);
    revocation->set_blocked(43);
    revocation->set_revoked(40);
    revocation->set_refused_revoked(45);
    revocation->set_refused_blocked(46);
    revocation->set_watchers(47);
    v1::HttpStatistics* http = answer.mutable_http();
    (*http->mutable_answers())["/ocsp"] = 30;
    (*http->mutable_answers())["/crl/"] = 20;
    (*http->mutable_answers())["/aia/"] = 0;
    (*http->mutable_statuses())[404] = 1;
    (*http->mutable_statuses())[200] = 49;
    http->set_body_bytes(1234);
    http->set_connections(2);
    http->set_accepted_connections(21);
    http->set_refused_connections(3);
    http->set_ocsp_signed(4);
    http->set_ocsp_cached(26);
    http->set_crls_signed(129);
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

TEST_F(StatsCommandTest, RenewalsAndHttpHaveTheirCounts) {
  const Outcome outcome = RunAtServer({"stats"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* line :
       {"  Renewed         11\n", "  By proof        12\n", "  Refused proofs  13\n",
        "  Refused copies  14\n", "  Refused blocked 15\n", "  Windows asked   16\n",
        "  Windows moved   18\n", "  Answers         /crl/ 20, /ocsp 30\n",
        "  Statuses        200 49, 404 1\n", "  Octets          1234\n",
        "  Connections     2 now, 21 taken, 3 refused\n",
        "  OCSP answers    4 signed, 26 given out again\n", "  CRLs signed     129\n"}) {
    EXPECT_THAT(outcome.out, HasSubstr(line));
  }
}

TEST_F(StatsCommandTest, ByWhatPossessionIsVerifiedIsSaid) {
  const Outcome outcome = RunAtServer({"stats"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Possession\n"
                                     "  Verified by     AVX-512 IFMA lanes\n"
                                     "  In lanes        50, of which 51 were verified again\n"
                                     "  Left over       52 to OpenSSL\n"
                                     "  Wrong           53; suspect the processor\n"));
  const auto json = nlohmann::json::parse(RunAtServer({"stats"}, {"-o", "json"}).out);
  EXPECT_EQ(json["possession"], nlohmann::json::parse(R"({
    "verified_by": "AVX-512 IFMA lanes", "by_lanes": 50, "checked_again": 51,
    "left_to_openssl": 52, "disagreements": 53})"));
}

TEST_F(StatsCommandTest, WhatIsRevokedAndWhoFollowsIsSaid) {
  const Outcome outcome = RunAtServer({"stats"}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Revocation\n"
                                     "  Revoked         42 known, 40 since the start\n"
                                     "  Blocked         43\n"
                                     "  Refused         45 revoked, 46 blocked\n"
                                     "  Followed by     47 readers of the feed, which is at 41\n"));
  const auto json = nlohmann::json::parse(RunAtServer({"stats"}, {"-o", "json"}).out);
  EXPECT_EQ(json["revocation"], nlohmann::json::parse(R"({
    "loaded": true, "sequence": 41, "known": 42, "blocked": 43, "revoked": 40,
    "refused_revoked": 45, "refused_blocked": 46, "watchers": 47})"));
}

TEST_F(StatsCommandTest, JsonHasTheSame) {
  const Outcome outcome = RunAtServer({"stats"}, {"-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["version"], "9.9");
  EXPECT_EQ(json["issued"], 17);
  EXPECT_EQ(json["renewed"], 11);
  EXPECT_EQ(json["renewed_by_proof"], 12);
  EXPECT_EQ(json["refused_proofs"], 13);
  EXPECT_EQ(json["stale_lineages"], 14);
  EXPECT_EQ(json["blocked_lineages"], 15);
  EXPECT_EQ(json["renewal_infos"], 16);
  EXPECT_EQ(json["moved_windows"], 18);
  EXPECT_EQ(json["http"]["answers"]["/ocsp"], 30);
  EXPECT_EQ(json["http"]["statuses"]["404"], 1);
  EXPECT_EQ(json["http"]["body_bytes"], 1234);
  EXPECT_EQ(json["http"]["connections"], 2);
  EXPECT_EQ(json["http"]["accepted_connections"], 21);
  EXPECT_EQ(json["http"]["refused_connections"], 3);
  EXPECT_EQ(json["http"]["ocsp_signed"], 4);
  EXPECT_EQ(json["http"]["ocsp_cached"], 26);
  EXPECT_EQ(json["http"]["crls_signed"], 129);
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
  EXPECT_THAT(outcome.out, Not(HasSubstr("HTTP")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("Revocation")));
}

}  // namespace
}  // namespace fleetca::client

#include "client/agent/daemon/agent_report.h"

#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AgentReport TwoIdentities() {
  AgentReport report{.now = absl::FromUnixSeconds(1'780'000'000),
                     .started_at = absl::FromUnixSeconds(1'779'999'000),
                     .roots = 2,
                     .next_bundle = absl::FromUnixSeconds(1'780'003'600)};
  report.identities.resize(2);
  IdentityStatus& web = report.identities[0];
  web.name = "web";
  web.ready = true;
  web.serial = "0a0b";
  web.not_after = absl::FromUnixSeconds(1'780'080'000);
  web.renew_at = absl::FromUnixSeconds(1'780'050'000);
  web.renewals = 7;
  web.hooks.push_back({.what = "exec /bin/reload"});
  IdentityStatus& job = report.identities[1];
  job.name = "job";
  job.doing = "enrolling by a join token";
  job.failures = 3;
  job.last_error = Unavailable(Reason::kServerUnreachable, "the CA is away \xff");
  return report;
}

TEST(AgentReportTest, JsonHasEachIdentityWithItsErrorInWords) {
  const auto json = nlohmann::json::parse(ReportToJson(TwoIdentities()), nullptr, false);
  ASSERT_TRUE(json.is_object());
  EXPECT_EQ(json["ready"], false);
  EXPECT_EQ(json["identities"][0]["serial"], "0a0b");
  EXPECT_EQ(json["identities"][0]["not_after"], "2026-05-29T18:40:00Z");
  EXPECT_TRUE(json["identities"][0]["last_error"].is_null());
  EXPECT_TRUE(json["identities"][0]["hooks"][0]["ran_at"].is_null());
  EXPECT_TRUE(json["identities"][1]["not_after"].is_null());
  EXPECT_EQ(json["identities"][1]["last_error"]["reason"], "SERVER_UNREACHABLE");
  EXPECT_THAT(json["identities"][1]["last_error"]["message"].get<std::string>(),
              HasSubstr("the CA is away"));
  EXPECT_TRUE(json["revocations"].is_null());
}

TEST(AgentReportTest, MetricsHaveALineForEachIdentity) {
  AgentReport report = TwoIdentities();
  std::string text = ReportToMetrics(report);
  EXPECT_THAT(text, HasSubstr("fleetca_agent_ready{identity=\"web\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("fleetca_agent_ready{identity=\"job\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("fleetca_agent_not_after_seconds{identity=\"web\"} 1780080000\n"));
  EXPECT_THAT(text, HasSubstr("fleetca_agent_not_after_seconds{identity=\"job\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE fleetca_agent_renewals_total counter\n"));
  EXPECT_THAT(text, Not(HasSubstr("revocations")));
  report.revocations.emplace();
  EXPECT_THAT(ReportToMetrics(report), HasSubstr("fleetca_agent_revocations_stale 1\n"));
}

TEST(AgentReportTest, WhatIsHeldOfTheFeedIsSaidWithItsAge) {
  AgentReport report = TwoIdentities();
  report.revocations = {.as_of = absl::FromUnixSeconds(1'779'999'990),
                        .age = absl::Milliseconds(10'500),
                        .sequence = 4711,
                        .stale = false,
                        .revoked = 3};
  const auto json = nlohmann::json::parse(ReportToJson(report), nullptr, false)["revocations"];
  EXPECT_EQ(json["sequence"], 4711);
  EXPECT_EQ(json["age_seconds"], 10);
  EXPECT_EQ(json["revoked"], 3);
  const std::string text = ReportToMetrics(report);
  EXPECT_THAT(text, HasSubstr("fleetca_agent_revocations_sequence 4711\n"));
  EXPECT_THAT(text, HasSubstr("fleetca_agent_revocations_age_seconds 10.5\n"));
}

TEST(AgentReportTest, AFeedOfWhichNothingIsHeldHasNoNumbers) {
  AgentReport report = TwoIdentities();
  report.revocations.emplace();
  const auto json = nlohmann::json::parse(ReportToJson(report), nullptr, false)["revocations"];
  EXPECT_TRUE(json["sequence"].is_null());
  EXPECT_TRUE(json["age_seconds"].is_null());
  EXPECT_THAT(ReportToMetrics(report), Not(HasSubstr("revocations_sequence")));
  EXPECT_THAT(ReportToMetrics(report), Not(HasSubstr("revocations_age")));
}

// The one in force is in use meanwhile.
TEST(AgentReportTest, ACertificateThatTheConfigurationWantsOtherwiseIsReadyAndNotSettled) {
  AgentReport report = TwoIdentities();
  report.identities.resize(1);
  EXPECT_TRUE(report.settled());
  report.identities[0].renew_reason = "the configuration asks for another profile: server";
  report.identities[0].losses = 3;
  EXPECT_TRUE(report.ready());
  EXPECT_FALSE(report.settled());
  EXPECT_EQ(WhyNotReady(report), "web: the configuration asks for another profile: server");
  EXPECT_THAT(ReportInWords(report), HasSubstr("; web: the configuration asks for"));
  report.identities[0].last_error = PermissionDenied(Reason::kCallerNotAllowed, "not this one");
  EXPECT_EQ(WhyNotReady(report),
            "web: the configuration asks for another profile: server; not this one");
  const auto json = nlohmann::json::parse(ReportToJson(report), nullptr, false);
  EXPECT_EQ(json["identities"][0]["renew_reason"],
            "the configuration asks for another profile: server");
  EXPECT_EQ(json["identities"][0]["losses"], 3);
  EXPECT_THAT(ReportToMetrics(report),
              HasSubstr("fleetca_agent_configuration_waits{identity=\"web\"} 1\n"));
  EXPECT_THAT(ReportToMetrics(report),
              HasSubstr("fleetca_agent_losses_total{identity=\"web\"} 3\n"));
}

TEST(AgentReportTest, ReadyIsWhenAllAreAndSettledWhenTheHooksWorkedToo) {
  AgentReport report = TwoIdentities();
  EXPECT_FALSE(report.ready());
  EXPECT_THAT(WhyNotReady(report), HasSubstr("job: the CA is away"));
  EXPECT_THAT(ReportInWords(report), HasSubstr("2 identities, not all ready: job: the CA"));
  report.identities[1].ready = true;
  report.identities[1].renew_at = report.identities[0].renew_at + absl::Hours(1);
  EXPECT_TRUE(report.settled());
  EXPECT_EQ(ReportInWords(report),
            "2 identities, all ready; next renewal at 2026-05-29 10:20:00 UTC");
  report.identities[0].hooks[0].pending = true;
  report.identities[0].hooks[0].result = FailedPrecondition(Reason::kInternal, "exit code 1");
  EXPECT_TRUE(report.ready());
  EXPECT_FALSE(report.settled());
  EXPECT_EQ(WhyNotReady(report), "web: exec /bin/reload: exit code 1");
  EXPECT_EQ(ReportInWords(report),
            "2 identities, all ready; next renewal at 2026-05-29 10:20:00 UTC; web: exec "
            "/bin/reload: exit code 1");
  report.identities[0].hooks[0].result =
      FailedPrecondition(Reason::kInternal, "exec /bin/reload ended with exit code 1");
  EXPECT_EQ(WhyNotReady(report), "web: exec /bin/reload ended with exit code 1");
}

}  // namespace
}  // namespace fleetca::client

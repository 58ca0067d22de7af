// The report in both forms, of one made-up run.
#include <string>

#include "bench/loadgen/report_json.h"
#include "bench/loadgen/report_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ServerWindow MadeUpWindow() {
  ServerWindow window;
  window.seconds = 2;
  window.user_cpu_s = 1.5;
  window.system_cpu_s = 0.5;
  window.resident_bytes = 64 << 20;
  window.peak_resident_bytes = 96 << 20;
  window.issued = 20'000;
  window.refused = 3;
  window.batch_size = HistogramSnapshot({{10, 100}, {20, 100}}, 3000);
  window.sync_us = HistogramSnapshot({{500, 10}}, 5000);
  return window;
}

LoadReport MadeUpReport() {
  LoadReport report;
  report.started_at = absl::FromUnixSeconds(1'780'315'200);
  report.trust_domain = "fleet.test";
  report.machine = {"A processor", 2, 1, "Linux 6.1.0"};
  RunResult& run = report.result;
  run.stopped = "duration";
  run.totals.measured_s = 2;
  run.totals.calls = 20'100;
  run.totals.answered_calls = 20'000;
  run.totals.certificates = 20'000;
  run.totals.errors = {{"RESOURCE_EXHAUSTED QUEUE_FULL", 100}};
  run.totals.latency_us = HistogramSnapshot({{1000, 50}, {2000, 49}, {9000, 1}}, 157'000);
  run.totals.per_second = {{1, 9000, 100, 9000}, {2, 11000, 0, 2000}};
  run.client_cpu_s = 0.8;
  run.raw_us = 80;
  run.server = MadeUpWindow();
  report.server.emplace();
  report.server->set_version("0.1.0");
  report.server->set_issuer_key("P-256");
  report.server->set_possession("AVX-512 IFMA lanes");
  (*report.server->mutable_libraries())["OpenSSL"] = "3.0.0";
  report.sample.verified = 100;
  report.sample.looked_up = 100;
  report.sample.serials = 20'000;
  return report;
}

TEST(ReportJsonTest, Golden) {
  const nlohmann::ordered_json json = ReportToJson(MadeUpReport());
  EXPECT_EQ(json["schema"], "fleetca.loadgen.v1");
  EXPECT_EQ(json["started_at"], "2026-06-01T12:00:00Z");
  EXPECT_EQ(json["plan"]["shape"], "unary");
  EXPECT_EQ(json["client"]["cpus_allowed"], 1);
  EXPECT_EQ(json["server"]["libraries"]["OpenSSL"], "3.0.0");
  EXPECT_EQ(json["server"]["possession"], "AVX-512 IFMA lanes");
  const auto& result = json["result"];
  EXPECT_EQ(result["certificates_per_s"], 10'000);
  EXPECT_EQ(result["certificates_per_server_cpu_s"], 10'000);
  EXPECT_EQ(result["server_cpu_us_per_certificate"], 100);
  EXPECT_EQ(result["raw_us"], 80);
  EXPECT_EQ(result["ratio"], 1.25);
  EXPECT_EQ(result["client_cpu_us_per_call"], 40);
  EXPECT_EQ(result["errors"].dump(), R"({"RESOURCE_EXHAUSTED QUEUE_FULL":100})");
  EXPECT_EQ(result["latency_us"].dump(),
            R"({"count":100,"mean":1570.0,"p50":1000,"p90":2000,"p99":2000,"p99_9":9000,)"
            R"("max":9000,"buckets":[[1000,50],[2000,49],[9000,1]]})");
  EXPECT_EQ(result["server"]["issued"], 20'000);
  EXPECT_EQ(result["server"]["batch_size"]["mean"], 15);
  EXPECT_EQ(result["per_second"][1].dump(),
            R"({"t":2.0,"certificates":11000,"errors":0,"p99_us":2000})");
  EXPECT_EQ(result["sample"].dump(),
            R"({"verified":100,"looked_up":100,"failed":0,"serials":20000})");
}

TEST(ReportJsonTest, LeavesOutWhatWasNotMeasured) {
  LoadReport report = MadeUpReport();
  report.server.reset();
  report.result.server.reset();
  report.result.raw_us.reset();
  const nlohmann::ordered_json json = ReportToJson(report);
  EXPECT_FALSE(json.contains("server"));
  EXPECT_FALSE(json.contains("ladder"));
  EXPECT_FALSE(json.contains("knee_per_s"));
  for (const char* name : {"server", "ratio", "raw_us", "offered_per_s", "handshake_us", "issue_us",
                           "certificates_per_server_cpu_s"}) {
    EXPECT_FALSE(json["result"].contains(name)) << name;
  }
}

TEST(ReportJsonTest, StepsOfALadderAreSummaries) {
  LoadReport report = MadeUpReport();
  report.result.offered_per_s = 10'050;
  report.ladder = {report.result};
  report.knee_per_s = 10'050;
  const nlohmann::ordered_json step = ReportToJson(report)["ladder"][0];
  EXPECT_EQ(step["offered_per_s"], 10'050);
  EXPECT_EQ(step["latency_us"]["p99"], 2000);
  EXPECT_FALSE(step["latency_us"].contains("buckets"));
  EXPECT_FALSE(step.contains("per_second"));
  EXPECT_EQ(ReportToJson(report)["knee_per_s"], 10'050);
}

TEST(ReportTextTest, Golden) {
  EXPECT_EQ(ReportToText(MadeUpReport()), R"(unary, 64 in flight, 1 connection, keys p256
2.0 s from 2026-06-01 12:00:00 UTC, stopped by: duration

Result
  Certificates/s            10000
  Certificates/server CPU-s 10000 (100.0 us each)
  Of OpenSSL alone          1.25 times its 80.0 us
  Answered calls/s          10000.0
  Latency                   p50 1.000  p90 2.000  p99 2.000  p99.9 9.000  max 9.000 ms
  Errors                    100 RESOURCE_EXHAUSTED QUEUE_FULL
  Client CPU a call         40.0 us
  Sample                    100 verified, 100 looked up, 20000 serial numbers compared, 0 failed

Server, meanwhile
  CPU                       1.50 s user, 0.50 s system of 2.00 s
  Memory                    64.0 MiB, at most 96.0
  Issued                    20000, 3 refused
  Requests a batch          mean 15.0  p50 10  p99 20  max 20
  Sync                      p50 0.500  p90 0.500  p99 0.500  p99.9 0.500  max 0.500 ms

Server
  fleetca                   0.1.0, , NOT OPTIMIZED
  Libraries                 OpenSSL 3.0.0
  Machine                   , 0 of 0 processors, 
  Issuing                   key P-256, NOT DURABLE, 0 threads, batches of up to 0
  Possession                AVX-512 IFMA lanes
)");
}

TEST(ReportTextTest, SaysWhatComesAfterTheIssuing) {
  LoadReport report = MadeUpReport();
  report.plan.shape = Shape::kRevoke;
  report.plan.batch = 100;
  EXPECT_THAT(ReportToText(report), HasSubstr("revoke of 100, 64 in flight, 1 connection"));
  report.plan.shape = Shape::kRenew;
  report.plan.same_key = true;
  EXPECT_THAT(ReportToText(report), HasSubstr("renew with the same key, 64 in flight"));
  EXPECT_EQ(ReportToJson(report)["plan"]["same_key"], true);
  report.plan.same_key = false;
  report.plan.shape = Shape::kOcsp;
  report.plan.post = report.plan.nonce = true;
  EXPECT_THAT(
      ReportToText(report),
      HasSubstr("ocsp by POST with a nonce, 64 in flight, each on a connection of its own"));
}

// A server that issued nothing has no cost of a certificate, whatever else it did.
TEST(ReportJsonTest, RevocationsAreNotCertificatesIssued) {
  LoadReport report = MadeUpReport();
  report.result.server->issued = 0;
  const nlohmann::ordered_json json = ReportToJson(report);
  EXPECT_EQ(json["result"]["server_cpu_us_per_call"], 100);
  EXPECT_EQ(json["result"]["certificates_per_s"], 10'000);
  EXPECT_FALSE(json["result"].contains("ratio"));
}

TEST(ReportTextTest, SaysWhatIsMissing) {
  LoadReport report = MadeUpReport();
  report.server.reset();
  report.result.server.reset();
  report.notes = {"set \"may_read_statistics: true\""};
  const std::string text = ReportToText(report);
  EXPECT_THAT(text, HasSubstr("Note: set \"may_read_statistics: true\""));
  EXPECT_THAT(text, Not(HasSubstr("server CPU")));
}

}  // namespace
}  // namespace fleetca::loadgen

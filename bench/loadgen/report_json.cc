#include "bench/loadgen/report_json.h"

#include <map>
#include <string>

#include "base/crypto_types.h"
#include "base/histogram.h"
#include "base/time_text.h"
#include "bench/loadgen/client_libraries.h"

namespace fleetca::loadgen {
namespace {

using Json = nlohmann::ordered_json;

// Ladders have many; theirs are without buckets.
enum class Detail { kFull, kSummary };

Json Distribution(const HistogramSnapshot& histogram, Detail detail) {
  Json json = {{"count", histogram.count()},      {"mean", histogram.Mean()},
               {"p50", histogram.Quantile(0.5)},  {"p90", histogram.Quantile(0.9)},
               {"p99", histogram.Quantile(0.99)}, {"p99_9", histogram.Quantile(0.999)},
               {"max", histogram.Max()}};
  if (detail == Detail::kFull) {
    Json buckets = Json::array();
    for (const HistogramSnapshot::Bucket& bucket : histogram.buckets()) {
      buckets.push_back({bucket.upper_bound, bucket.count});
    }
    json["buckets"] = std::move(buckets);
  }
  return json;
}

void PutDistribution(const char* name, const HistogramSnapshot& histogram, Detail detail,
                     Json* json) {
  if (histogram.count() > 0) {
    (*json)[name] = Distribution(histogram, detail);
  }
}

void PutNumber(const char* name, const std::optional<double>& number, Json* json) {
  if (number.has_value()) {
    (*json)[name] = *number;
  }
}

Json Counts(const std::map<std::string, uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [key, count] : counts) {
    json[key] = count;
  }
  return json;
}

Json PlanToJson(const LoadReport& report) {
  const LoadPlan& plan = report.plan;
  Json json = {{"shape", std::string(ShapeName(plan.shape))},
               {"batch", plan.batch},
               {"connections", plan.connections},
               {"outstanding", plan.outstanding}};
  PutNumber("rate", plan.rate, &json);
  json["arrivals"] = std::string(ArrivalsName(plan.arrivals));
  json["warm_up_s"] = absl::ToDoubleSeconds(plan.warm_up);
  json["duration_s"] = absl::ToDoubleSeconds(plan.duration);
  json["max_requests"] = plan.max_requests;
  json["pool_size"] = plan.pool_size;
  json["key"] = std::string(KeyTypeName(plan.key));
  json["agents"] = plan.agents;
  json["bad_share"] = plan.bad_share;
  json["lookup_share"] = plan.lookup_share;
  json["same_key"] = plan.same_key;
  json["post"] = plan.post;
  json["nonce"] = plan.nonce;
  json["request_ids"] = plan.request_ids;
  json["profile"] = plan.profile;
  json["trust_domain"] = report.trust_domain;
  PutNumber("at_knee", plan.at_knee, &json);
  return json;
}

Json ClientToJson(const Machine& machine) {
  Json libraries = Json::object();
  for (const auto& [name, version] : ClientLibraries()) {
    libraries[name] = version;
  }
  return {{"cpu_model", machine.cpu_model},
          {"cpus", machine.cpus},
          {"cpus_allowed", machine.cpus_allowed},
          {"kernel", machine.kernel},
          {"libraries", std::move(libraries)}};
}

Json ServerToJson(const v1::ServerDescription& server) {
  Json libraries = Json::object();
  for (const auto& [name, version] :
       std::map<std::string, std::string>(server.libraries().begin(), server.libraries().end())) {
    libraries[name] = version;
  }
  return {{"version", server.version()},
          {"libraries", std::move(libraries)},
          {"compiler", server.compiler()},
          {"optimized", server.optimized()},
          {"cpu_model", server.cpu_model()},
          {"cpus", server.cpus()},
          {"cpus_allowed", server.cpus_allowed()},
          {"kernel", server.kernel()},
          {"issuer_key", server.issuer_key()},
          {"durable", server.durable()},
          {"worker_threads", server.worker_threads()},
          {"worker_batch", server.worker_batch()},
          {"queue_capacity", server.queue_capacity()},
          {"possession", server.possession()}};
}

Json WindowToJson(const ServerWindow& window, Detail detail) {
  Json json = {{"window_s", window.seconds},
               {"user_cpu_s", window.user_cpu_s},
               {"system_cpu_s", window.system_cpu_s},
               {"resident_bytes", window.resident_bytes},
               {"peak_resident_bytes", window.peak_resident_bytes},
               {"issued", window.issued},
               {"refused", window.refused}};
  PutDistribution("batch_size", window.batch_size, detail, &json);
  PutDistribution("commit_records", window.commit_records, detail, &json);
  PutDistribution("commit_us", window.commit_us, detail, &json);
  PutDistribution("sync_us", window.sync_us, detail, &json);
  return json;
}

Json SecondsToJson(const std::vector<SecondTotals>& seconds) {
  Json json = Json::array();
  for (const SecondTotals& second : seconds) {
    json.push_back({{"t", second.t},
                    {"certificates", second.certificates},
                    {"errors", second.errors},
                    {"p99_us", second.p99_us}});
  }
  return json;
}

Json RunToJson(const RunResult& run, Detail detail) {
  const CallTotals& totals = run.totals;
  Json json = {{"stopped", run.stopped},
               {"measured_s", totals.measured_s},
               {"calls", totals.calls},
               {"answered_calls", totals.answered_calls},
               {"certificates", totals.certificates}};
  PutNumber("offered_per_s", run.offered_per_s, &json);
  json["achieved_per_s"] = run.achieved_per_s();
  json["certificates_per_s"] = run.certificates_per_s();
  PutNumber("certificates_per_server_cpu_s", run.certificates_per_server_cpu_s(), &json);
  PutNumber("server_cpu_us_per_certificate", run.server_cpu_us_per_certificate(), &json);
  PutNumber("server_cpu_us_per_call", run.server_cpu_us_per_call(), &json);
  PutNumber("raw_us", run.raw_us, &json);
  PutNumber("ratio", run.ratio(), &json);
  json["client_cpu_us_per_call"] = run.client_cpu_us_per_call();
  json["late_sends"] = totals.late_sends;
  json["most_late_us"] = totals.most_late_us;
  json["dropped_sends"] = totals.dropped_sends;
  json["errors"] = Counts(totals.errors);
  json["expected_refusals"] = Counts(totals.expected_refusals);
  json["latency_us"] = Distribution(totals.latency_us, detail);
  PutDistribution("handshake_us", totals.handshake_us, detail, &json);
  PutDistribution("issue_us", totals.issue_us, detail, &json);
  if (run.server.has_value()) {
    json["server"] = WindowToJson(*run.server, detail);
  }
  if (detail == Detail::kFull) {
    json["per_second"] = SecondsToJson(totals.per_second);
  }
  return json;
}

Json SampleToJson(const SampleResult& sample) {
  Json json = {{"verified", sample.verified},
               {"looked_up", sample.looked_up},
               {"failed", sample.failed},
               {"serials", sample.serials}};
  if (!sample.first_failure.empty()) {
    json["first_failure"] = sample.first_failure;
  }
  return json;
}

}  // namespace

nlohmann::ordered_json ReportToJson(const LoadReport& report) {
  Json json = {{"schema", "fleetca.loadgen.v1"},
               {"started_at", TimeToText(report.started_at)},
               {"plan", PlanToJson(report)},
               {"client", ClientToJson(report.machine)}};
  if (report.server.has_value()) {
    json["server"] = ServerToJson(*report.server);
  }
  json["result"] = RunToJson(report.result, Detail::kFull);
  json["result"]["sample"] = SampleToJson(report.sample);
  if (!report.ladder.empty()) {
    Json ladder = Json::array();
    for (const RunResult& run : report.ladder) {
      ladder.push_back(RunToJson(run, Detail::kSummary));
    }
    json["ladder"] = std::move(ladder);
  }
  PutNumber("knee_per_s", report.knee_per_s, &json);
  json["notes"] = report.notes;
  return json;
}

}  // namespace fleetca::loadgen

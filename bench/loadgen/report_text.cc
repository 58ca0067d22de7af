#include "bench/loadgen/report_text.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/crypto_types.h"
#include "base/histogram.h"
#include "base/time_text.h"

namespace fleetca::loadgen {
namespace {

constexpr double kMebibyte = 1 << 20;

std::string Line(absl::string_view label, absl::string_view value) {
  return absl::StrFormat("  %-25s %s\n", label, value);
}

double Milliseconds(uint64_t us) { return static_cast<double>(us) / 1000; }

void AppendTimes(absl::string_view label, const HistogramSnapshot& us, std::string* out) {
  if (us.count() > 0) {
    absl::StrAppend(
        out,
        Line(label, absl::StrFormat("p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f ms",
                                    Milliseconds(us.Quantile(0.5)), Milliseconds(us.Quantile(0.9)),
                                    Milliseconds(us.Quantile(0.99)),
                                    Milliseconds(us.Quantile(0.999)), Milliseconds(us.Max()))));
  }
}

void AppendSizes(absl::string_view label, const HistogramSnapshot& sizes, std::string* out) {
  if (sizes.count() > 0) {
    absl::StrAppend(
        out, Line(label, absl::StrFormat("mean %.1f  p50 %d  p99 %d  max %d", sizes.Mean(),
                                         sizes.Quantile(0.5), sizes.Quantile(0.99), sizes.Max())));
  }
}

void AppendCounts(absl::string_view label, const std::map<std::string, uint64_t>& counts,
                  std::string* out) {
  for (const auto& [key, count] : counts) {
    absl::StrAppend(out, Line(label, absl::StrCat(count, " ", key)));
  }
}

std::string PlanInWords(const LoadPlan& plan) {
  std::string words = std::string(ShapeName(plan.shape));
  if (plan.shape == Shape::kBatch || plan.shape == Shape::kRevoke) {
    absl::StrAppend(&words, " of ", plan.batch);
  }
  if (plan.same_key) {
    absl::StrAppend(&words, " with the same key");
  }
  if (plan.shape == Shape::kOcsp) {
    absl::StrAppend(&words, plan.post ? " by POST" : " by GET", plan.nonce ? " with a nonce" : "");
  }
  if (plan.WantsLadder()) {
    absl::StrAppend(&words, ", up a ladder (", ArrivalsName(plan.arrivals), ")");
  } else if (plan.rate.has_value()) {
    absl::StrAppend(&words, ", ", *plan.rate, " calls a second (", ArrivalsName(plan.arrivals),
                    ")");
  } else {
    absl::StrAppend(&words, ", ", plan.outstanding, " in flight");
  }
  if (plan.shape == Shape::kOcsp) {
    return absl::StrCat(words, ", each on a connection of its own");
  }
  return absl::StrCat(words, ", ", plan.connections, " connection",
                      plan.connections == 1 ? "" : "s", ", keys ", KeyTypeName(plan.key));
}

std::string ResultLines(const RunResult& run) {
  std::string out = Line("Certificates/s", absl::StrFormat("%.0f", run.certificates_per_s()));
  if (run.server_cpu_us_per_certificate().has_value()) {
    absl::StrAppend(
        &out, Line("Certificates/server CPU-s",
                   absl::StrFormat("%.0f (%.1f us each)", *run.certificates_per_server_cpu_s(),
                                   *run.server_cpu_us_per_certificate())));
  } else if (run.server_cpu_us_per_call().has_value()) {
    absl::StrAppend(
        &out, Line("Server CPU a call", absl::StrFormat("%.1f us", *run.server_cpu_us_per_call())));
  }
  if (run.ratio().has_value()) {
    absl::StrAppend(&out, Line("Of OpenSSL alone", absl::StrFormat("%.2f times its %.1f us",
                                                                   *run.ratio(), *run.raw_us)));
  }
  if (run.offered_per_s.has_value()) {
    absl::StrAppend(&out, Line("Offered calls/s", absl::StrFormat("%.1f", *run.offered_per_s)));
  }
  absl::StrAppend(&out, Line("Answered calls/s", absl::StrFormat("%.1f", run.achieved_per_s())));
  AppendTimes("Latency", run.totals.latency_us, &out);
  AppendTimes("Handshake", run.totals.handshake_us, &out);
  AppendTimes("Issue", run.totals.issue_us, &out);
  AppendCounts("Errors", run.totals.errors, &out);
  AppendCounts("Expected refusals", run.totals.expected_refusals, &out);
  if (run.totals.late_sends > 0) {
    absl::StrAppend(
        &out, Line("Late sends", absl::StrFormat("%d, the most by %.3f ms", run.totals.late_sends,
                                                 Milliseconds(run.totals.most_late_us))));
  }
  if (run.totals.dropped_sends > 0) {
    absl::StrAppend(&out, Line("Dropped sends", absl::StrCat(run.totals.dropped_sends)));
  }
  absl::StrAppend(
      &out, Line("Client CPU a call", absl::StrFormat("%.1f us", run.client_cpu_us_per_call())));
  return out;
}

std::string ServerLines(const ServerWindow& server) {
  std::string out =
      Line("CPU", absl::StrFormat("%.2f s user, %.2f s system of %.2f s", server.user_cpu_s,
                                  server.system_cpu_s, server.seconds));
  absl::StrAppend(&out, Line("Memory", absl::StrFormat("%.1f MiB, at most %.1f",
                                                       server.resident_bytes / kMebibyte,
                                                       server.peak_resident_bytes / kMebibyte)));
  absl::StrAppend(&out,
                  Line("Issued", absl::StrFormat("%d, %d refused", server.issued, server.refused)));
  AppendSizes("Requests a batch", server.batch_size, &out);
  AppendSizes("Records a commit", server.commit_records, &out);
  AppendTimes("Commit", server.commit_us, &out);
  AppendTimes("Sync", server.sync_us, &out);
  return out;
}

std::string DescriptionLines(const v1::ServerDescription& server) {
  const std::map<std::string, std::string> libraries(server.libraries().begin(),
                                                     server.libraries().end());
  std::string out = Line("fleetca", absl::StrCat(server.version(), ", ", server.compiler(),
                                                 server.optimized() ? "" : ", NOT OPTIMIZED"));
  absl::StrAppend(&out,
                  Line("Libraries", absl::StrJoin(libraries, ", ", absl::PairFormatter(" "))));
  absl::StrAppend(&out, Line("Machine", absl::StrFormat("%s, %d of %d processors, %s",
                                                        server.cpu_model(), server.cpus_allowed(),
                                                        server.cpus(), server.kernel())));
  absl::StrAppend(
      &out, Line("Issuing",
                 absl::StrFormat("key %s, %s, %d threads, batches of up to %d", server.issuer_key(),
                                 server.durable() ? "durable" : "NOT DURABLE",
                                 server.worker_threads(), server.worker_batch())));
  if (!server.possession().empty()) {
    absl::StrAppend(&out, Line("Possession", server.possession()));
  }
  return out;
}

std::string LadderLines(const LoadReport& report) {
  std::string out = absl::StrFormat("  %10s %10s %10s %10s %8s\n", "offered/s", "achieved/s",
                                    "p50 ms", "p99 ms", "errors");
  for (const RunResult& run : report.ladder) {
    absl::StrAppendFormat(&out, "  %10.0f %10.0f %10.3f %10.3f %8d\n",
                          run.offered_per_s.value_or(0), run.achieved_per_s(),
                          Milliseconds(run.totals.latency_us.Quantile(0.5)),
                          Milliseconds(run.totals.latency_us.Quantile(0.99)), run.error_count());
  }
  if (report.knee_per_s.has_value()) {
    absl::StrAppendFormat(&out, "  The knee is at %.0f calls a second.\n", *report.knee_per_s);
  }
  return out;
}

std::string SampleLine(const SampleResult& sample) {
  return Line("Sample",
              absl::StrFormat("%d verified, %d looked up, %d serial numbers compared, %d failed",
                              sample.verified, sample.looked_up, sample.serials, sample.failed));
}

}  // namespace

std::string ReportToText(const LoadReport& report) {
  std::string out = absl::StrFormat("%s\n%.1f s from %s, stopped by: %s\n\n",
                                    PlanInWords(report.plan), report.result.totals.measured_s,
                                    TimeToWords(report.started_at), report.result.stopped);
  absl::StrAppend(&out, "Result\n", ResultLines(report.result), SampleLine(report.sample));
  if (!report.ladder.empty()) {
    absl::StrAppend(&out, "\nLadder\n", LadderLines(report));
  }
  if (report.result.server.has_value()) {
    absl::StrAppend(&out, "\nServer, meanwhile\n", ServerLines(*report.result.server));
  }
  if (report.server.has_value()) {
    absl::StrAppend(&out, "\nServer\n", DescriptionLines(*report.server));
  }
  for (const std::string& note : report.notes) {
    absl::StrAppend(&out, "\nNote: ", note, "\n");
  }
  return out;
}

}  // namespace fleetca::loadgen

// loadgen: puts load on a fleetca server and says what it bore.
#include <sys/prctl.h>

#include <cstdio>
#include <string>

#include "CLI/App.hpp"
#include "absl/synchronization/mutex.h"
#include "base/exit_status.h"
#include "base/output_file.h"
#include "base/status_macros.h"
#include "bench/loadgen/interruption.h"
#include "bench/loadgen/load_flags.h"
#include "bench/loadgen/load_session.h"
#include "bench/loadgen/make_plan.h"
#include "bench/loadgen/report_json.h"
#include "bench/loadgen/report_text.h"
#include "client/cli/connection_flags.h"

namespace fleetca::loadgen {
namespace {

constexpr mode_t kReportMode = 0644;

std::string JsonText(const LoadReport& report) {
  return ReportToJson(report).dump(1, ' ', false,
                                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

absl::Status Deliver(const LoadReport& report, const LoadFlags& flags) {
  const std::string text = flags.output == "json" ? JsonText(report) : ReportToText(report);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return absl::DataLossError("the report cannot be written to standard output");
  }
  if (!flags.json_file.empty()) {
    FLEETCA_RETURN_IF_ERROR(WriteOutput(flags.json_file, JsonText(report), kReportMode));
  }
  const std::string failure = ReportFailure(report);
  return failure.empty() ? absl::OkStatus() : absl::FailedPreconditionError(failure);
}

absl::Status Run(const LoadPlan& plan, const LoadFlags& flags) {
  NoteInterruptions();
  // Sleeps end when they should; the kernel's usual 50 us are half an interval at 10,000 calls/s.
  prctl(PR_SET_TIMERSLACK, 1000UL);
  FLEETCA_RETURN_IF_ERROR(client::PrepareGrpc());
  const absl::StatusOr<LoadReport> report = RunLoad(plan);
  FLEETCA_RETURN_IF_ERROR(report.status());
  return Deliver(*report, flags);
}

}  // namespace
}  // namespace fleetca::loadgen

int main(int argc, char** argv) {
  // Debian builds absl with deadlock detection on, which makes every lock three times as slow.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("Puts load on a fleetca server and reports what it bore.", "loadgen");
  fleetca::loadgen::LoadFlags flags;
  fleetca::loadgen::AddLoadFlags(app, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? fleetca::kExitOk : fleetca::kExitUsage;
  }
  const absl::StatusOr<fleetca::loadgen::LoadPlan> plan = fleetca::loadgen::MakePlan(flags);
  if (!plan.ok()) {
    return fleetca::ReportUsageError(plan.status().message());
  }
  return fleetca::ReportStatus(fleetca::loadgen::Run(*plan, flags));
}

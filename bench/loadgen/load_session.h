// A plan carried out: set up, measure, check the sample, report.
#ifndef FLEETCA_BENCH_LOADGEN_LOAD_SESSION_H_
#define FLEETCA_BENCH_LOADGEN_LOAD_SESSION_H_

#include "absl/status/statusor.h"
#include "bench/loadgen/load_plan.h"
#include "bench/loadgen/run_result.h"

namespace fleetca::loadgen {

// Talks to the plan's server alone. An error when the load could not be started; what went wrong
// later is in the report.
absl::StatusOr<LoadReport> RunLoad(const LoadPlan& plan);

// Why the report is not to be trusted, as a sentence; "" when nothing speaks against it.
std::string ReportFailure(const LoadReport& report);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_LOAD_SESSION_H_

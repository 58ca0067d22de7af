// The report for people.
#ifndef FLEETCA_BENCH_LOADGEN_REPORT_TEXT_H_
#define FLEETCA_BENCH_LOADGEN_REPORT_TEXT_H_

#include <string>

#include "bench/loadgen/run_result.h"

namespace fleetca::loadgen {

// Lines, the most important first. What was not measured is left out.
std::string ReportToText(const LoadReport& report);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_REPORT_TEXT_H_

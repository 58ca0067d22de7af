// The report for programs, schema "fleetca.loadgen.v1".
#ifndef FLEETCA_BENCH_LOADGEN_REPORT_JSON_H_
#define FLEETCA_BENCH_LOADGEN_REPORT_JSON_H_

#include "bench/loadgen/run_result.h"
#include "nlohmann/json.hpp"

namespace fleetca::loadgen {

// What was not measured is left out. Members are only ever added to the schema; to change one is
// another version.
nlohmann::ordered_json ReportToJson(const LoadReport& report);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_REPORT_JSON_H_

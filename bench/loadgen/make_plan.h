// From the flags to a plan that can be carried out.
#ifndef FLEETCA_BENCH_LOADGEN_MAKE_PLAN_H_
#define FLEETCA_BENCH_LOADGEN_MAKE_PLAN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/loadgen/load_flags.h"
#include "bench/loadgen/load_plan.h"

namespace fleetca::loadgen {

// INVALID_ARGUMENT: a sentence about the flag that is wrong.
absl::StatusOr<LoadPlan> MakePlan(const LoadFlags& flags);

// Whether HOST:PORT names this machine by its literal loopback address: 127.x.x.x, [::1],
// localhost. Nothing is resolved.
bool IsLoopback(absl::string_view address);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_MAKE_PLAN_H_

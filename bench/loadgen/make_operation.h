// The operation of each shape.
#ifndef FLEETCA_BENCH_LOADGEN_MAKE_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_MAKE_OPERATION_H_

#include <memory>

#include "bench/loadgen/operation.h"

namespace fleetca::loadgen {

// For the shape of the context's plan.
std::unique_ptr<Operation> MakeOperation(LoadContext context);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_MAKE_OPERATION_H_

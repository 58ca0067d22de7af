#include "bench/loadgen/operation.h"

namespace fleetca::loadgen {

void Operation::Finish(CallOutcome outcome) {
  outcome.done_ns = MonotonicNow();
  on_outcome_(outcome);
}

}  // namespace fleetca::loadgen

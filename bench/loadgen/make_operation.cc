#include "bench/loadgen/make_operation.h"

#include "bench/loadgen/batch_operation.h"
#include "bench/loadgen/stream_operation.h"
#include "bench/loadgen/unary_operation.h"

namespace fleetca::loadgen {

std::unique_ptr<Operation> MakeOperation(LoadContext context) {
  switch (context.plan.shape) {
    case Shape::kUnary:
      return std::make_unique<UnaryOperation>(context);
    case Shape::kBatch:
      return std::make_unique<BatchOperation>(context);
    case Shape::kStream:
      return std::make_unique<StreamOperation>(context);
    default:
      return nullptr;
  }
}

}  // namespace fleetca::loadgen

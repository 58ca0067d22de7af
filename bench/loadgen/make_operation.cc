#include "bench/loadgen/make_operation.h"

#include "bench/loadgen/batch_operation.h"
#include "bench/loadgen/fresh_operation.h"
#include "bench/loadgen/mixed_operation.h"
#include "bench/loadgen/ocsp_operation.h"
#include "bench/loadgen/renew_operation.h"
#include "bench/loadgen/revoke_operation.h"
#include "bench/loadgen/same_key_renew_operation.h"
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
    case Shape::kConnect:
      return std::make_unique<FreshOperation>(context, FreshCall::Method::kGetTrustBundle);
    case Shape::kBootstrap:
      return std::make_unique<FreshOperation>(context, FreshCall::Method::kIssueCertificate);
    case Shape::kRenew:
      if (context.plan.same_key) {
        return std::make_unique<SameKeyRenewOperation>(context);
      }
      return std::make_unique<RenewOperation>(context);
    case Shape::kMixed:
      return std::make_unique<MixedOperation>(context);
    case Shape::kRevoke:
      return std::make_unique<RevokeOperation>(context);
    case Shape::kOcsp:
      return std::make_unique<OcspOperation>(context);
  }
  return nullptr;
}

}  // namespace fleetca::loadgen

// Shapes connect and bootstrap: a TLS connection for each call, by the one caller.
#ifndef FLEETCA_BENCH_LOADGEN_FRESH_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_FRESH_OPERATION_H_

#include <cstdint>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/fresh_call.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/request_source.h"

namespace fleetca::loadgen {

// What `call` came to, with its handshake and its issue apart. An answer goes to the sample.
CallOutcome OutcomeOf(const FreshCall& call, FreshCall::Method method, AnswerSample* sample);

class FreshOperation final : public Operation {
 public:
  FreshOperation(LoadContext context, FreshCall::Method method);

  absl::Status Prepare(const client::CaClient& client) override { return absl::OkStatus(); }
  void Send(int64_t intended_ns) override;
  void Cancel() override;

 private:
  void OnDone(FreshCall& call);

  const FreshCall::Method method_;
  RequestSource requests_;
  FreeList<FreshCall> calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_FRESH_OPERATION_H_

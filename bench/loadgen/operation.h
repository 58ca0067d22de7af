// A shape of load at work: what is sent, and what is made of the answer.
#ifndef FLEETCA_BENCH_LOADGEN_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/loadgen/answer_sample.h"
#include "bench/loadgen/call_outcome.h"
#include "bench/loadgen/connector.h"
#include "bench/loadgen/csr_pool.h"
#include "bench/loadgen/event_loop.h"
#include "bench/loadgen/load_plan.h"
#include "client/ca_client.h"

namespace fleetca::loadgen {

// What every operation works with; all of it outlives the operation.
struct LoadContext {
  const LoadPlan& plan;
  const Connector& connector;
  const CsrPool& pool;
  EventLoop& loop;
  AnswerSample& sample;
};

// Called on the event loop's thread only.
class Operation {
 public:
  explicit Operation(LoadContext context) : context_(context) {}
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  // Connects, and gets what the calls need; `client` is the caller's.
  virtual absl::Status Prepare(const client::CaClient& client) = 0;
  // Starts one call, whose outcome goes to on_outcome later, never from within.
  virtual void Send(int64_t intended_ns) = 0;
  // Has all calls in flight end soon.
  virtual void Cancel() = 0;
  // Ends what is open between calls. None may be in flight.
  virtual void Close() {}
  // Whether nothing of ours is pending on the loop.
  virtual bool closed() const { return true; }
  // The most calls that can be in flight; more would wait here.
  virtual size_t capacity() const { return SIZE_MAX; }

  void set_on_outcome(std::function<void(const CallOutcome&)> on_outcome) {
    on_outcome_ = std::move(on_outcome);
  }

 protected:
  const LoadContext& context() const { return context_; }
  // Puts the time on it and hands it on.
  void Finish(CallOutcome outcome);

 private:
  const LoadContext context_;
  std::function<void(const CallOutcome&)> on_outcome_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_OPERATION_H_

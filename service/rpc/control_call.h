// The skeleton of the calls that wait for the store: read and authenticated at once, done on a
// thread of the control pool. Those that wait for nothing are answered by
// service/call/answer_at_once.h.
#ifndef FLEETCA_SERVICE_RPC_CONTROL_CALL_H_
#define FLEETCA_SERVICE_RPC_CONTROL_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/call/control_pool.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"
#include "service/caller/caller.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/issuance_intake.h"

namespace fleetca::service {

// A call that reads its message and finds out who asks on gRPC's thread, and whose work, which may
// wait for a disk, comes in its turn. One that was cancelled, or whose deadline has passed, before
// its turn is not done.
template <typename Request, typename Response, typename Handle>
class ControlCall final : public UnaryCall, private ControlWork {
 public:
  ControlCall(ControlPool& pool, CallerReader& caller_reader,
              const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
              grpc::ByteBuffer* response, Handle handle)
      : pool_(pool),
        caller_reader_(caller_reader),
        context_(context),
        request_(request),
        response_(*response),
        handle_(std::move(handle)) {}

 private:
  void Start() override {
    if (const absl::Status status = Queue(); !status.ok()) {
      End(ToGrpcStatus(status));
    }
  }

  absl::Status Queue() {
    FLEETCA_RETURN_IF_ERROR(ReadMessage(request_, &message_));
    FLEETCA_ASSIGN_OR_RETURN(caller_, caller_reader_.Authenticate(context_));
    deadline_ = DeadlineOf(context_);
    hold_ = TryHold();
    const absl::Status status = pool_.Submit(caller_.spiffe_id, *this);
    if (!status.ok()) {
      hold_ = Hold();  // it is the pool's where the work was taken
    }
    return status;
  }

  void Do() override {
    // The call may be finished, and this object be gone, when the hold goes: the last act.
    const Hold hold = std::move(hold_);
    End(ToGrpcStatus(DoInTime()));
  }

  absl::Status DoInTime() {
    if (cancelled_.load(std::memory_order_relaxed)) {
      return fleetca::Cancelled(
          Reason::kCancelled, "The caller gave up before the call had its turn; nothing was done");
    }
    if (absl::Now() >= deadline_) {
      return DeadlineExceeded(
          Reason::kDeadlineExceeded,
          "The deadline passed while the call waited for its turn; nothing was done. "
          "Retry with a later deadline");
    }
    Response answer;
    FLEETCA_RETURN_IF_ERROR(handle_(caller_, message_, &answer));
    WriteMessage(answer, &response_);
    return absl::OkStatus();
  }

  bool IsGone() const override {
    return cancelled_.load(std::memory_order_relaxed) || absl::Now() >= deadline_;
  }
  void Cancelled() override { cancelled_.store(true, std::memory_order_relaxed); }

  ControlPool& pool_;
  CallerReader& caller_reader_;
  const grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer& response_;
  const Handle handle_;
  Request message_;
  Caller caller_;
  absl::Time deadline_;
  std::atomic<bool> cancelled_{false};
  Hold hold_;
};

// Reads the request; finds out on this thread who asks, and refuses who is nobody without a place
// in the pool; and has `handle`, a function of (const Caller&, const Request&, Response*) to
// absl::Status, fill in the response on a thread of the pool. Whether the caller may call the
// method at all was the access check's to judge. The result is what a service's method returns, and
// good for nothing else. The pool and the reader outlive the call.
template <typename Request, typename Response, typename Handle>
grpc::ServerUnaryReactor* StartControlCall(ControlPool& pool, CallerReader& caller_reader,
                                           grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response, Handle handle) {
  using Call = ControlCall<Request, Response, Handle>;
  return UnaryCall::Launch(
      std::make_unique<Call>(pool, caller_reader, *context, *request, response, std::move(handle)));
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CONTROL_CALL_H_

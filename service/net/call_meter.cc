#include "service/net/call_meter.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/server_context.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace fleetca::service {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// Frames, TLS records and the like: more than a sixteenth of a message they are only for tiny ones,
// which bytes_per_message covers.
constexpr uint64_t kFramingShare = 16;

// One call's. gRPC calls it for one batch of operations at a time, and deletes it with the call.
class CallMeter : public grpc::experimental::Interceptor {
 public:
  CallMeter(ServerRpcInfo* call, std::shared_ptr<Connection> connection,
            const ConnectionLimits& limits, const MessageSize& size)
      : call_(call),
        is_callback_(dynamic_cast<const grpc::CallbackServerContext*>(call->server_context()) !=
                     nullptr),
        connection_(std::move(connection)),
        limits_(limits),
        size_(size) {
    connection_->CallBegun();
    if (CallerCalls* const calls = connection_->calls()) {
      calls->Begun();
    }
  }

  ~CallMeter() override {
    Complete();
    if (CallerCalls* const calls = connection_->calls()) {
      calls->Ended(given_up_);
    }
    if (unanswered_ > 0) {
      connection_->MessagesDone(unanswered_);
    }
  }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() != nullptr) {
      Received(methods->GetRecvMessage());
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE)) {
      Sent(0);
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) &&
        methods->GetSendStatus().ok() && !IsCancelled()) {
      Sent(limits_.bytes_per_answer);
    }
    // Only now is it known whether the caller gave the call up.
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_CLOSE)) {
      given_up_ = IsCancelled();
    }
    methods->Proceed();
  }

 private:
  // A call of gRPC's synchronous API, which reflection uses, cannot be asked from here: asking it
  // runs its interceptors, and so on without end.
  bool IsCancelled() const { return is_callback_ && call_->server_context()->IsCancelled(); }

  // The first message decides: what comes after it on a stream is bounded by the account alone.
  void Complete() {
    if (!complete_) {
      complete_ = true;
      connection_->CallComplete();
    }
  }

  void Received(const void* message) {
    Complete();
    uint64_t credit = 0;
    if (limits_.bytes_per_message > 0) {
      const uint64_t bytes = size_ == nullptr ? 0 : size_(call_->method(), message);
      credit = bytes + bytes / kFramingShare + limits_.bytes_per_message;
    }
    ++unanswered_;
    connection_->MessageReceived(credit);
  }

  void Sent(uint64_t credit) {
    connection_->Answered(credit);
    if (unanswered_ > 0) {
      --unanswered_;
      connection_->MessagesDone(1);
    }
  }

  ServerRpcInfo* const call_;
  const bool is_callback_;
  const std::shared_ptr<Connection> connection_;
  const ConnectionLimits& limits_;
  const MessageSize& size_;
  bool complete_ = false;
  bool given_up_ = true;
  int unanswered_ = 0;
};

void ReadCaller(ServerRpcInfo* call, CallerTable& callers, Connection& connection) {
  const auto context = call->server_context()->auth_context();
  if (context == nullptr) {
    return;
  }
  const std::vector<grpc::string_ref> uris =
      context->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  if (!uris.empty()) {
    const absl::string_view caller(uris.front().data(), uris.front().size());
    connection.SetCaller(caller, callers.Of(caller));
  }
}

}  // namespace

grpc::experimental::Interceptor* CallMeterFactory::CreateServerInterceptor(ServerRpcInfo* call) {
  const std::optional<PeerAddress> peer = PeerAddress::FromGrpc(call->server_context()->peer());
  std::shared_ptr<Connection> connection = peer.has_value() ? connections_->Find(*peer) : nullptr;
  if (connection == nullptr) {
    // The call has ended, but it still counts among its caller's calls.
    connection = std::make_shared<Connection>(peer.value_or(PeerAddress()));
  }
  if (!connection->caller_known()) {
    ReadCaller(call, *callers_, *connection);
  }
  return new CallMeter(call, std::move(connection), limits_, size_);
}

}  // namespace fleetca::service

#include "service/edge/listener/call_meter.h"

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
      : call_(call), connection_(std::move(connection)), limits_(limits), size_(size) {}

  ~CallMeter() override {
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
        methods->GetSendStatus().ok() && !call_->server_context()->IsCancelled()) {
      Sent(limits_.bytes_per_answer);
    }
    methods->Proceed();
  }

 private:
  void Received(const void* message) {
    uint64_t credit = 0;
    if (limits_.bytes_per_message > 0) {
      const uint64_t bytes = size_ == nullptr ? 0 : size_(call_->method(), message);
      credit = bytes + bytes / kFramingShare + limits_.bytes_per_message;
    }
    ++unanswered_;
    connection_->MessageReceived(credit);
    if (!connection_->caller_known()) {
      ReadCaller();
    }
  }

  void Sent(uint64_t credit) {
    connection_->Answered(credit);
    if (unanswered_ > 0) {
      --unanswered_;
      connection_->MessagesDone(1);
    }
  }

  void ReadCaller() {
    const auto context = call_->server_context()->auth_context();
    if (context == nullptr) {
      return;
    }
    const std::vector<grpc::string_ref> uris =
        context->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
    if (!uris.empty()) {
      connection_->SetCaller(absl::string_view(uris.front().data(), uris.front().size()));
    }
  }

  ServerRpcInfo* const call_;
  const std::shared_ptr<Connection> connection_;
  const ConnectionLimits& limits_;
  const MessageSize& size_;
  int unanswered_ = 0;
};

}  // namespace

grpc::experimental::Interceptor* CallMeterFactory::CreateServerInterceptor(ServerRpcInfo* call) {
  const std::optional<PeerAddress> peer = PeerAddress::FromGrpc(call->server_context()->peer());
  std::shared_ptr<Connection> connection = peer.has_value() ? connections_->Find(*peer) : nullptr;
  if (connection == nullptr) {
    return nullptr;  // it has ended: gRPC takes that for a call without an interceptor
  }
  return new CallMeter(call, std::move(connection), limits_, size_);
}

}  // namespace fleetca::service

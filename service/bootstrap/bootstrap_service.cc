#include "service/bootstrap/bootstrap_service.h"

#include <grpcpp/client_context.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/call/answer_at_once.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"

namespace fleetca::service {
namespace {

// A status that gRPC made itself, and not the issuing process, tells a stranger of sockets.
grpc::Status ForStranger(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && status.error_details().empty()) {
    return ToGrpcStatus(Unavailable(Reason::kDraining,
                                    "The CA is stopping, or starting this port again; retry in a "
                                    "second with the same request_id"));
  }
  return status;
}

// One IssueCertificate on its way to the issuing process and back.
class RelayedIssue : public UnaryCall {
 public:
  RelayedIssue(RelayContext& relay, const grpc::CallbackServerContext& context,
               const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : relay_(relay), context_(context), message_(request), response_(response) {}

 private:
  void Start() override {
    if (const absl::Status status = Prepare(); !status.ok()) {
      End(ToGrpcStatus(status));
      return;
    }
    hold_ = TryHold();
    relay_.issuing_process.async()->IssueCertificate(
        &question_, &request_, &answer_, [this](grpc::Status status) { Answered(status); });
  }

  absl::Status Prepare() {
    if (const size_t bytes = message_.Length(); bytes > relay_.max_message_bytes) {
      return InvalidArgument(Reason::kRequestTooLarge, "",
                             absl::StrCat("The message has ", bytes, " bytes; send at most ",
                                          relay_.max_message_bytes));
    }
    FLEETCA_RETURN_IF_ERROR(ReadMessage(message_, request_.mutable_request()));
    FLEETCA_ASSIGN_OR_RETURN(*request_.mutable_credential(), relay_.tokens.Read(context_));
    question_.set_deadline(context_.deadline());
    place_ = std::make_unique<Place>(relay_.in_flight);
    if (!place_->granted()) {
      return ResourceExhausted(
          Reason::kQueueFull,
          "The CA has more bootstrap requests than it can take; retry in a second "
          "with the same request_id");
    }
    return absl::OkStatus();
  }

  // On a thread of gRPC's, once.
  void Answered(const grpc::Status& status) {
    // The call may be finished when the hold goes: the last act.
    const Hold hold = std::move(hold_);
    place_.reset();
    if (status.ok()) {
      WriteMessage(answer_.response(), response_);
    }
    End(ForStranger(status));
  }

  // The stranger has gone, or his deadline has passed.
  void Cancelled() override { question_.TryCancel(); }

  // One of the requests in flight, while it exists.
  class Place {
   public:
    explicit Place(std::atomic<int>& taken) : taken_(taken), granted_(++taken <= kMaxRelayed) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { --taken_; }

    bool granted() const { return granted_; }

   private:
    std::atomic<int>& taken_;
    const bool granted_;
  };

  RelayContext& relay_;
  const grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& message_;
  grpc::ByteBuffer* const response_;
  grpc::ClientContext question_;
  internal::v1::IssueCertificateRequest request_;
  internal::v1::IssueCertificateResponse answer_;
  std::unique_ptr<Place> place_;
  Hold hold_;
};

}  // namespace

grpc::ServerUnaryReactor* BootstrapService::IssueCertificate(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return UnaryCall::Launch(std::make_unique<RelayedIssue>(relay_, *context, *request, response));
}

grpc::ServerUnaryReactor* BootstrapService::GetTrustBundle(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return AnswerAtOnce<v1::GetTrustBundleRequest, v1::GetTrustBundleResponse>(
      context, *request, response, [this](const auto&, v1::GetTrustBundleResponse* answer) {
        absl::MutexLock lock(&mutex_);
        *answer = bundle_;
        return absl::OkStatus();
      });
}

}  // namespace fleetca::service

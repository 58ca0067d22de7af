#include "service/bootstrap/bootstrap_service.h"

#include <grpcpp/client_context.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/bearer_token_limit.h"
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

using Relay = internal::v1::BootstrapRelayService::StubInterface::async_interface;

// What is different of the two calls that are relayed: who is said to ask, and what is asked.
absl::Status SayWhoAsks(RelayContext& relay, const grpc::CallbackServerContext& context,
                        internal::v1::IssueCertificateRequest* request) {
  FLEETCA_ASSIGN_OR_RETURN(*request->mutable_credential(), relay.tokens.Read(context));
  return absl::OkStatus();
}
absl::Status SayWhoAsks(RelayContext&, const grpc::CallbackServerContext& context,
                        internal::v1::RenewCertificateRequest* request) {
  const size_t bytes = request->request().proof().size();
  if (bytes == 0) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "This port asks for no certificate: a renewal needs a proof of the "
                           "certificate's key (fleetca cert renew --bootstrap)");
  }
  if (bytes > kMaxBearerTokenBytes) {
    return Unauthenticated(Reason::kRenewalProofInvalid,
                           absl::StrCat("The renewal proof has ", bytes, " bytes; send at most ",
                                        kMaxBearerTokenBytes));
  }
  request->set_peer(context.peer());
  return absl::OkStatus();
}
void AskWhat(Relay* relay, grpc::ClientContext* context,
             const internal::v1::IssueCertificateRequest* request,
             internal::v1::IssueCertificateResponse* answer,
             std::function<void(grpc::Status)> answered) {
  relay->IssueCertificate(context, request, answer, std::move(answered));
}
void AskWhat(Relay* relay, grpc::ClientContext* context,
             const internal::v1::RenewCertificateRequest* request,
             internal::v1::RenewCertificateResponse* answer,
             std::function<void(grpc::Status)> answered) {
  relay->RenewCertificate(context, request, answer, std::move(answered));
}

// One IssueCertificate or RenewCertificate on its way to the issuing process and back.
template <typename Request, typename Answer>
class RelayedCall : public UnaryCall {
 public:
  RelayedCall(RelayContext& relay, const grpc::CallbackServerContext& context,
              const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : relay_(relay), context_(context), message_(request), response_(response) {}

 private:
  void Start() override {
    if (const absl::Status status = Prepare(); !status.ok()) {
      End(ToGrpcStatus(status));
      return;
    }
    hold_ = TryHold();
    AskWhat(relay_.issuing_process.async(), &question_, &request_, &answer_,
            [this](grpc::Status status) { Answered(status); });
  }

  absl::Status Prepare() {
    if (const size_t bytes = message_.Length(); bytes > relay_.max_message_bytes) {
      return InvalidArgument(Reason::kRequestTooLarge, "",
                             absl::StrCat("The message has ", bytes, " bytes; send at most ",
                                          relay_.max_message_bytes));
    }
    FLEETCA_RETURN_IF_ERROR(ReadMessage(message_, request_.mutable_request()));
    FLEETCA_RETURN_IF_ERROR(SayWhoAsks(relay_, context_, &request_));
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
  Request request_;
  Answer answer_;
  std::unique_ptr<Place> place_;
  Hold hold_;
};

}  // namespace

grpc::ServerUnaryReactor* BootstrapService::IssueCertificate(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  using Call =
      RelayedCall<internal::v1::IssueCertificateRequest, internal::v1::IssueCertificateResponse>;
  return UnaryCall::Launch(std::make_unique<Call>(relay_, *context, *request, response));
}

grpc::ServerUnaryReactor* BootstrapService::RenewCertificate(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  using Call =
      RelayedCall<internal::v1::RenewCertificateRequest, internal::v1::RenewCertificateResponse>;
  return UnaryCall::Launch(std::make_unique<Call>(relay_, *context, *request, response));
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

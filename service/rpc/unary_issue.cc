#include "service/rpc/unary_issue.h"

#include <memory>
#include <string>
#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"
#include "service/rpc/call_issuance.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

// `Request` and `Response` are the messages of IssueCertificate or of RenewCertificate.
template <typename Request, typename Response>
class UnaryIssue : public UnaryCall, private CallIssuance {
 protected:
  // The message may still be empty; Admit fills it in.
  UnaryIssue(const IssuanceIntake& intake, const grpc::CallbackServerContext& context,
             const Request& message, Response* response)
      : intake_(intake), context_(context), message_(message), response_(*response) {}

  const IssuanceIntake& intake_;
  const grpc::CallbackServerContext& context_;

 private:
  // Who asks, once the message is there.
  virtual absl::StatusOr<Caller> Admit() = 0;
  // The response is complete.
  virtual void Send() {}

  void Start() override {
    if (const absl::Status status = Prepare(); !status.ok()) {
      End(ToGrpcStatus(status));
      return;
    }
    auto* issuance = ForQueue(*this);
    intake_.Submit(absl::MakeSpan(&issuance, 1));
  }

  absl::Status Prepare() {
    FLEETCA_ASSIGN_OR_RETURN(Caller admitted, Admit());
    caller = std::make_shared<const Caller>(std::move(admitted));
    deadline = DeadlineOf(context_);
    return ReadIssueRequest(message_, &der_, &request);
  }

  void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
    if (outcome.ok()) {
      WriteIssuedCertificate(*std::move(outcome), response_.mutable_certificate());
      for (const std::string& der : intake_.chain()) {
        response_.add_chain_der(der);
      }
      Send();
    }
    End(ToGrpcStatus(outcome.status()));
  }

  void Cancelled() override { cancelled = true; }

  const Request& message_;
  Response& response_;
  std::string der_;
};

template <typename Request, typename Response>
class IssueOfOctets final : public UnaryIssue<Request, Response> {
  using Base = UnaryIssue<Request, Response>;

 public:
  IssueOfOctets(const IssuanceIntake& intake, const grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : Base(intake, context, message_, &answer_), request_(request), response_(*response) {}

 private:
  absl::StatusOr<Caller> Admit() override {
    FLEETCA_RETURN_IF_ERROR(Base::intake_.CheckMessageSize(request_.Length()));
    FLEETCA_RETURN_IF_ERROR(ReadMessage(request_, &message_));
    return Base::intake_.Authenticate(Base::context_);
  }
  void Send() override { WriteMessage(answer_, &response_); }

  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer& response_;
  Request message_;
  Response answer_;
};

class IssueOfKnownCaller final
    : public UnaryIssue<v1::IssueCertificateRequest, v1::IssueCertificateResponse> {
 public:
  IssueOfKnownCaller(absl::StatusOr<Caller> caller, const IssuanceIntake& intake,
                     const grpc::CallbackServerContext& context,
                     const v1::IssueCertificateRequest& request,
                     v1::IssueCertificateResponse* response)
      : UnaryIssue(intake, context, request, response),
        known_(std::move(caller)),
        size_(request.ByteSizeLong()) {}

 private:
  absl::StatusOr<Caller> Admit() override {
    FLEETCA_RETURN_IF_ERROR(intake_.CheckMessageSize(size_));
    return std::move(known_);
  }

  absl::StatusOr<Caller> known_;
  const size_t size_;
};

}  // namespace

grpc::ServerUnaryReactor* StartIssue(const IssuanceIntake& intake,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  using Call = IssueOfOctets<v1::IssueCertificateRequest, v1::IssueCertificateResponse>;
  return UnaryCall::Launch(std::make_unique<Call>(intake, *context, *request, response));
}

grpc::ServerUnaryReactor* StartRenew(const IssuanceIntake& intake,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  using Call = IssueOfOctets<v1::RenewCertificateRequest, v1::RenewCertificateResponse>;
  return UnaryCall::Launch(std::make_unique<Call>(intake, *context, *request, response));
}

grpc::ServerUnaryReactor* StartIssueFor(absl::StatusOr<Caller> caller, const IssuanceIntake& intake,
                                        grpc::CallbackServerContext* context,
                                        const v1::IssueCertificateRequest* request,
                                        v1::IssueCertificateResponse* response) {
  return UnaryCall::Launch(std::make_unique<IssueOfKnownCaller>(std::move(caller), intake, *context,
                                                                *request, response));
}

}  // namespace fleetca::service

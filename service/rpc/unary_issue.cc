#include "service/rpc/unary_issue.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/call/control_pool.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"
#include "service/rpc/call_issuance.h"
#include "service/rpc/messages.h"
#include "service/rpc/renewal_proofs.h"

namespace fleetca::service {
namespace {

absl::string_view ProofOf(const v1::IssueCertificateRequest&) { return ""; }
absl::string_view ProofOf(const v1::RenewCertificateRequest& request) { return request.proof(); }

// `Request` and `Response` are the messages of IssueCertificate or of RenewCertificate.
template <typename Request, typename Response>
class UnaryIssue : public UnaryCall, private CallIssuance, private ControlWork {
 protected:
  // The message may still be empty; Admit fills it in.
  UnaryIssue(const IssuanceIntake& intake, const grpc::CallbackServerContext& context,
             const Request& message, Response* response)
      : intake_(intake), context_(context), message_(message), response_(*response) {}

  const IssuanceIntake& intake_;
  const grpc::CallbackServerContext& context_;

 private:
  // Who asks, once the message is there; null for a stranger, of whom a proof tells.
  virtual absl::StatusOr<std::shared_ptr<const Caller>> Admit() = 0;
  // From where a stranger calls.
  virtual absl::string_view StrangersAddress() const { return ""; }
  // The response is complete.
  virtual void Send() {}

  void Start() override {
    if (const absl::Status status = Begin(); !status.ok()) {
      End(ToGrpcStatus(status));
    }
  }

  absl::Status Begin() {
    FLEETCA_ASSIGN_OR_RETURN(caller, Admit());
    deadline = DeadlineOf(context_);
    FLEETCA_RETURN_IF_ERROR(ReadIssueRequest(message_, &der_, &request));
    if (!ProofOf(message_).empty()) {
      return AwaitProof();
    }
    if (caller == nullptr) {
      return Unauthenticated(Reason::kCallerUnknown,
                             "This port knows nobody's certificate: a renewal needs a proof of the "
                             "certificate's key (fleetca cert renew --bootstrap)");
    }
    Queue();
    return absl::OkStatus();
  }

  void Queue() {
    auto* issuance = ForQueue(*this);
    intake_.Submit(absl::MakeSpan(&issuance, 1));
  }

  // The proof is judged on another thread: it costs signatures and a look into the store.
  absl::Status AwaitProof() {
    if (intake_.proofs() == nullptr) {
      return fleetca::Unauthenticated(Reason::kRenewalProofInvalid,
                                      "This server takes no renewal proofs");
    }
    proof_hold_ = TryHold();
    const absl::Status status =
        intake_.proofs()->Submit(caller == nullptr ? "" : IdentityOf(*caller), *this);
    if (!status.ok()) {
      proof_hold_ = Hold();  // it is the pool's where the work was taken
    }
    return status;
  }

  void Do() override {
    // The call may be finished, and this object be gone, when the hold goes: the last act.
    const Hold hold = std::move(proof_hold_);
    // Whoever gave up, or whose time is over, is answered without a look.
    const absl::Status status =
        IsGone() ? fleetca::Cancelled(Reason::kCancelled,
                                      "The caller gave up, or the deadline passed, before the "
                                      "renewal proof had its turn; nothing was done")
                 : TakeProof();
    if (status.ok()) {
      Queue();
    } else {
      End(ToGrpcStatus(status));
    }
  }

  // Whoever has signed the proof asks, and nobody else.
  absl::Status TakeProof() {
    const absl::string_view address = caller == nullptr ? StrangersAddress() : AddressOf(*caller);
    FLEETCA_ASSIGN_OR_RETURN(CertificateCaller proven,
                             intake_.proofs()->Judge(ProofOf(message_), request.csr_der, address));
    caller = std::make_shared<const Caller>(std::move(proven));
    return absl::OkStatus();
  }

  bool IsGone() const override {
    return cancelled.load(std::memory_order_relaxed) || absl::Now() >= deadline;
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
  Hold proof_hold_;
};

template <typename Request, typename Response>
class IssueOfOctets final : public UnaryIssue<Request, Response> {
  using Base = UnaryIssue<Request, Response>;

 public:
  IssueOfOctets(const IssuanceIntake& intake, const grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : Base(intake, context, message_, &answer_), request_(request), response_(*response) {}

 private:
  absl::StatusOr<std::shared_ptr<const Caller>> Admit() override {
    FLEETCA_RETURN_IF_ERROR(Base::intake_.CheckMessageSize(request_.Length()));
    FLEETCA_RETURN_IF_ERROR(ReadMessage(request_, &message_));
    FLEETCA_ASSIGN_OR_RETURN(Caller caller, Base::intake_.Authenticate(Base::context_));
    return std::make_shared<const Caller>(std::move(caller));
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
  absl::StatusOr<std::shared_ptr<const Caller>> Admit() override {
    FLEETCA_RETURN_IF_ERROR(intake_.CheckMessageSize(size_));
    FLEETCA_ASSIGN_OR_RETURN(Caller caller, std::move(known_));
    return std::make_shared<const Caller>(std::move(caller));
  }

  absl::StatusOr<Caller> known_;
  const size_t size_;
};

class RenewalOfStranger final
    : public UnaryIssue<v1::RenewCertificateRequest, v1::RenewCertificateResponse> {
 public:
  RenewalOfStranger(absl::Status admitted, std::string peer, const IssuanceIntake& intake,
                    const grpc::CallbackServerContext& context,
                    const v1::RenewCertificateRequest& request,
                    v1::RenewCertificateResponse* response)
      : UnaryIssue(intake, context, request, response),
        admitted_(std::move(admitted)),
        peer_(std::move(peer)),
        size_(request.ByteSizeLong()) {}

 private:
  absl::StatusOr<std::shared_ptr<const Caller>> Admit() override {
    FLEETCA_RETURN_IF_ERROR(admitted_);
    FLEETCA_RETURN_IF_ERROR(intake_.CheckMessageSize(size_));
    return nullptr;
  }
  absl::string_view StrangersAddress() const override { return peer_; }

  const absl::Status admitted_;
  const std::string peer_;
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

grpc::ServerUnaryReactor* StartRenewByProof(const absl::Status& admitted, std::string peer,
                                            const IssuanceIntake& intake,
                                            grpc::CallbackServerContext* context,
                                            const v1::RenewCertificateRequest* request,
                                            v1::RenewCertificateResponse* response) {
  return UnaryCall::Launch(std::make_unique<RenewalOfStranger>(admitted, std::move(peer), intake,
                                                               *context, *request, response));
}

}  // namespace fleetca::service

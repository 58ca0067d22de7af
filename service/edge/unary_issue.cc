#include "service/edge/unary_issue.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/edge/call_issuance.h"
#include "service/edge/messages.h"
#include "service/edge/server_call.h"
#include "service/edge/status_to_rpc.h"

namespace fleetca::service {
namespace {

class UnaryIssue : public UnaryCall, private CallIssuance {
 public:
  UnaryIssue(absl::StatusOr<Caller> who, const IssueGate& gate,
             const grpc::CallbackServerContext& context,
             const v1::IssueCertificateRequest& message, v1::IssueCertificateResponse* response)
      : who_(std::move(who)),
        gate_(gate),
        context_(context),
        message_(message),
        response_(response) {}

 private:
  void Start() override {
    if (const absl::Status status = Prepare(); !status.ok()) {
      End(ToGrpcStatus(status));
      return;
    }
    auto* issuance = ForQueue(*this);
    gate_.Submit(absl::MakeSpan(&issuance, 1));
  }

  absl::Status Prepare() {
    FLEETCA_ASSIGN_OR_RETURN(caller, std::move(who_));
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(message_.ByteSizeLong()));
    deadline = DeadlineOf(context_);
    return ReadIssueRequest(message_, &der_, &request);
  }

  void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
    if (outcome.ok()) {
      WriteIssuedCertificate(*std::move(outcome), response_->mutable_certificate());
      for (const std::string& der : gate_.chain()) {
        response_->add_chain_der(der);
      }
    }
    End(ToGrpcStatus(outcome.status()));
  }

  void Cancelled() override { cancelled = true; }

  absl::StatusOr<Caller> who_;
  const IssueGate& gate_;
  const grpc::CallbackServerContext& context_;
  const v1::IssueCertificateRequest& message_;
  v1::IssueCertificateResponse* const response_;
  std::string der_;
};

class BatchIssue : public UnaryCall {
 public:
  BatchIssue(const IssueGate& gate, const grpc::CallbackServerContext& context,
             const v1::BatchIssueCertificatesRequest& message,
             v1::BatchIssueCertificatesResponse* response)
      : gate_(gate), context_(context), message_(message), response_(response) {}

 private:
  class Item : public CallIssuance {
   public:
    explicit Item(v1::BatchIssueResult* result) : result_(*result) {}

    absl::Status Read(const v1::IssueCertificateRequest& message) {
      return ReadIssueRequest(message, &der_, &request);
    }
    void Refuse(const absl::Status& status) { *result_.mutable_error() = ToRpcStatus(status); }

   private:
    void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
      if (outcome.ok()) {
        WriteIssuedCertificate(*std::move(outcome), result_.mutable_certificate());
      } else {
        Refuse(outcome.status());
      }
    }

    v1::BatchIssueResult& result_;
    std::string der_;
  };

  void Start() override {
    const absl::StatusOr<Caller> caller = Admit();
    if (!caller.ok()) {
      End(ToGrpcStatus(caller.status()));
      return;
    }
    const int count = message_.requests_size();
    std::vector<Issuance*> ready;
    ready.reserve(count);
    response_->mutable_results()->Reserve(count);
    for (int i = 0; i < count; ++i) {
      Item& item = items_.emplace_back(response_->add_results());
      item.caller = *caller;
      item.deadline = DeadlineOf(context_);
      if (const absl::Status read = item.Read(message_.requests(i)); read.ok()) {
        ready.push_back(item.ForQueue(*this));
      } else {
        item.Refuse(read);
      }
    }
    for (const std::string& der : gate_.chain()) {
      response_->add_chain_der(der);
    }
    // Each item that is queued holds the call: the last answer finishes it.
    End(grpc::Status::OK);
    gate_.Submit(absl::MakeSpan(ready));
  }

  absl::StatusOr<Caller> Admit() const {
    FLEETCA_ASSIGN_OR_RETURN(Caller caller, gate_.Authenticate(context_));
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(message_.ByteSizeLong()));
    const size_t count = message_.requests_size();
    if (count == 0) {
      return InvalidArgument(Reason::kRequestEmpty, "requests",
                             "The batch has no requests; send at least one");
    }
    if (count > gate_.limits().max_batch_items) {
      return InvalidArgument(Reason::kRequestTooLarge, "requests",
                             absl::StrCat("The batch has ", count, " requests; send at most ",
                                          gate_.limits().max_batch_items, " in one call"));
    }
    return caller;
  }

  // After Start, as gRPC says: the items are all there.
  void Cancelled() override {
    for (Item& item : items_) {
      item.cancelled = true;
    }
  }

  const IssueGate& gate_;
  const grpc::CallbackServerContext& context_;
  const v1::BatchIssueCertificatesRequest& message_;
  v1::BatchIssueCertificatesResponse* const response_;
  std::deque<Item> items_;  // addresses stay
};

}  // namespace

grpc::ServerUnaryReactor* StartIssue(const IssueGate& gate, grpc::CallbackServerContext* context,
                                     const v1::IssueCertificateRequest* request,
                                     v1::IssueCertificateResponse* response) {
  return StartIssueFor(gate.Authenticate(*context), gate, context, request, response);
}

grpc::ServerUnaryReactor* StartIssueFor(absl::StatusOr<Caller> caller, const IssueGate& gate,
                                        grpc::CallbackServerContext* context,
                                        const v1::IssueCertificateRequest* request,
                                        v1::IssueCertificateResponse* response) {
  return UnaryCall::Launch(
      std::make_unique<UnaryIssue>(std::move(caller), gate, *context, *request, response));
}

grpc::ServerUnaryReactor* StartBatchIssue(const IssueGate& gate,
                                          grpc::CallbackServerContext* context,
                                          const v1::BatchIssueCertificatesRequest* request,
                                          v1::BatchIssueCertificatesResponse* response) {
  return UnaryCall::Launch(std::make_unique<BatchIssue>(gate, *context, *request, response));
}

}  // namespace fleetca::service

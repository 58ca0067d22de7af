#include "service/edge/unary_issue.h"

#include <atomic>
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
#include "service/edge/wire_message.h"

namespace fleetca::service {
namespace {

class UnaryIssue : public UnaryCall, private CallIssuance {
 protected:
  // The message may still be empty; Admit fills it in.
  UnaryIssue(const IssueGate& gate, const grpc::CallbackServerContext& context,
             const v1::IssueCertificateRequest& message, v1::IssueCertificateResponse* response)
      : gate_(gate), context_(context), message_(message), response_(*response) {}

  const IssueGate& gate_;
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
    gate_.Submit(absl::MakeSpan(&issuance, 1));
  }

  absl::Status Prepare() {
    FLEETCA_ASSIGN_OR_RETURN(caller, Admit());
    deadline = DeadlineOf(context_);
    return ReadIssueRequest(message_, &der_, &request);
  }

  void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
    if (outcome.ok()) {
      WriteIssuedCertificate(*std::move(outcome), response_.mutable_certificate());
      for (const std::string& der : gate_.chain()) {
        response_.add_chain_der(der);
      }
      Send();
    }
    End(ToGrpcStatus(outcome.status()));
  }

  void Cancelled() override { cancelled = true; }

  const v1::IssueCertificateRequest& message_;
  v1::IssueCertificateResponse& response_;
  std::string der_;
};

class IssueOfOctets final : public UnaryIssue {
 public:
  IssueOfOctets(const IssueGate& gate, const grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : UnaryIssue(gate, context, message_, &answer_), request_(request), response_(*response) {}

 private:
  absl::StatusOr<Caller> Admit() override {
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(request_.Length()));
    FLEETCA_RETURN_IF_ERROR(ReadMessage(request_, &message_));
    return gate_.Authenticate(context_);
  }
  void Send() override { WriteMessage(answer_, &response_); }

  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer& response_;
  v1::IssueCertificateRequest message_;
  v1::IssueCertificateResponse answer_;
};

class IssueOfKnownCaller final : public UnaryIssue {
 public:
  IssueOfKnownCaller(absl::StatusOr<Caller> caller, const IssueGate& gate,
                     const grpc::CallbackServerContext& context,
                     const v1::IssueCertificateRequest& request,
                     v1::IssueCertificateResponse* response)
      : UnaryIssue(gate, context, request, response),
        known_(std::move(caller)),
        size_(request.ByteSizeLong()) {}

 private:
  absl::StatusOr<Caller> Admit() override {
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(size_));
    return std::move(known_);
  }

  absl::StatusOr<Caller> known_;
  const size_t size_;
};

class BatchIssue : public UnaryCall {
 public:
  BatchIssue(const IssueGate& gate, const grpc::CallbackServerContext& context,
             const grpc::ByteBuffer& request, grpc::ByteBuffer* response)
      : gate_(gate), context_(context), request_(request), response_(*response) {}

 private:
  class Item : public CallIssuance {
   public:
    Item(BatchIssue& batch, v1::BatchIssueResult* result) : batch_(batch), result_(*result) {}

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
      batch_.ItemAnswered();
    }

    BatchIssue& batch_;
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
    if (const absl::Status room = gate_.CheckRoom(*caller, count); !room.ok()) {
      RefuseAll(room);
      return;
    }
    std::vector<Issuance*> ready;
    ready.reserve(count);
    answer_.mutable_results()->Reserve(count);
    auto malformed = malformed_.begin();
    for (int i = 0; i < count; ++i) {
      Item& item = items_.emplace_back(*this, answer_.add_results());
      item.caller = *caller;
      item.deadline = DeadlineOf(context_);
      absl::Status read;
      if (malformed != malformed_.end() && *malformed == i) {
        ++malformed;
        read = MalformedRequest();
      } else {
        read = item.Read(message_.requests(i));
      }
      if (read.ok()) {
        ready.push_back(item.ForQueue(*this));
      } else {
        item.Refuse(read);
      }
    }
    for (const std::string& der : gate_.chain()) {
      answer_.add_chain_der(der);
    }
    unanswered_ = static_cast<int>(ready.size());
    if (ready.empty()) {
      Send();
    }
    gate_.Submit(absl::MakeSpan(ready));
  }

  // A thousand refusals that are made one by one cost an overloaded CA as much as some
  // certificates.
  void RefuseAll(const absl::Status& status) {
    const google::rpc::Status refusal = ToRpcStatus(status);
    answer_.mutable_results()->Reserve(message_.requests_size());
    for (int i = 0; i < message_.requests_size(); ++i) {
      *answer_.add_results()->mutable_error() = refusal;
    }
    Send();
  }

  void ItemAnswered() {
    if (unanswered_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      Send();
    }
  }

  void Send() {
    WriteMessage(answer_, &response_);
    End(grpc::Status::OK);
  }

  absl::StatusOr<Caller> Admit() {
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(request_.Length()));
    FLEETCA_RETURN_IF_ERROR(ReadBatch(request_, &message_, &malformed_));
    FLEETCA_ASSIGN_OR_RETURN(Caller caller, gate_.Authenticate(context_));
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
  const grpc::ByteBuffer& request_;
  grpc::ByteBuffer& response_;
  v1::BatchIssueCertificatesRequest message_;
  v1::BatchIssueCertificatesResponse answer_;
  std::vector<int> malformed_;  // indices of requests, ascending
  std::deque<Item> items_;      // addresses stay
  std::atomic<int> unanswered_{0};
};

}  // namespace

grpc::ServerUnaryReactor* StartIssue(const IssueGate& gate, grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  return UnaryCall::Launch(std::make_unique<IssueOfOctets>(gate, *context, *request, response));
}

grpc::ServerUnaryReactor* StartIssueFor(absl::StatusOr<Caller> caller, const IssueGate& gate,
                                        grpc::CallbackServerContext* context,
                                        const v1::IssueCertificateRequest* request,
                                        v1::IssueCertificateResponse* response) {
  return UnaryCall::Launch(
      std::make_unique<IssueOfKnownCaller>(std::move(caller), gate, *context, *request, response));
}

grpc::ServerUnaryReactor* StartBatchIssue(const IssueGate& gate,
                                          grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) {
  return UnaryCall::Launch(std::make_unique<BatchIssue>(gate, *context, *request, response));
}

}  // namespace fleetca::service

#include "service/edge/unary_issue.h"

#include <atomic>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/edge/messages.h"
#include "service/edge/status_to_rpc.h"

namespace fleetca::service {
namespace {

class UnaryIssue : public grpc::ServerUnaryReactor, public Issuance {
 public:
  UnaryIssue(const IssueGate& gate, v1::IssueCertificateResponse* response)
      : gate_(gate), response_(response) {}

  void Start(grpc::CallbackServerContext* context, const v1::IssueCertificateRequest& message) {
    if (const absl::Status status = Prepare(context, message); !status.ok()) {
      Finish(ToGrpcStatus(status));
      return;
    }
    Issuance* self = this;
    gate_.Submit(absl::MakeSpan(&self, 1));
  }

  void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
    if (!outcome.ok()) {
      Finish(ToGrpcStatus(outcome.status()));
      return;
    }
    WriteIssuedCertificate(*std::move(outcome), response_->mutable_certificate());
    for (const std::string& der : gate_.chain()) {
      response_->add_chain_der(der);
    }
    Finish(grpc::Status::OK);
  }

  void OnCancel() override { cancelled = true; }
  void OnDone() override { delete this; }

 private:
  absl::Status Prepare(grpc::CallbackServerContext* context,
                       const v1::IssueCertificateRequest& message) {
    FLEETCA_ASSIGN_OR_RETURN(caller, gate_.Authenticate(*context));
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(message.ByteSizeLong()));
    deadline = DeadlineOf(*context);
    return ReadIssueRequest(message, &der_, &request);
  }

  const IssueGate& gate_;
  v1::IssueCertificateResponse* const response_;
  std::string der_;
};

class BatchIssue : public grpc::ServerUnaryReactor {
 public:
  BatchIssue(const IssueGate& gate, v1::BatchIssueCertificatesResponse* response)
      : gate_(gate), response_(response) {}

  void Start(grpc::CallbackServerContext* context,
             const v1::BatchIssueCertificatesRequest& message) {
    const absl::StatusOr<Caller> caller = Admit(context, message);
    if (!caller.ok()) {
      Finish(ToGrpcStatus(caller.status()));
      return;
    }
    const int count = message.requests_size();
    std::vector<Issuance*> ready;
    std::vector<std::pair<Item*, absl::Status>> refused;
    ready.reserve(count);
    response_->mutable_results()->Reserve(count);
    for (int i = 0; i < count; ++i) {
      Item& item = items_.emplace_back(*this, response_->add_results());
      item.caller = *caller;
      item.deadline = DeadlineOf(*context);
      absl::Status read = ReadIssueRequest(message.requests(i), item.der(), &item.request);
      if (read.ok()) {
        ready.push_back(&item);
      } else {
        refused.emplace_back(&item, std::move(read));
      }
    }
    // From here on any answer may be the last one, after which this object is gone.
    unanswered_ = count;
    for (auto& [item, status] : refused) {
      item->Answer(std::move(status));
    }
    if (!ready.empty()) {
      gate_.Submit(absl::MakeSpan(ready));
    }
  }

  void OnCancel() override {
    for (Item& item : items_) {
      item.cancelled = true;
    }
  }
  void OnDone() override { delete this; }

 private:
  class Item : public Issuance {
   public:
    Item(BatchIssue& batch, v1::BatchIssueResult* result) : batch_(batch), result_(result) {}

    void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
      if (outcome.ok()) {
        WriteIssuedCertificate(*std::move(outcome), result_->mutable_certificate());
      } else {
        *result_->mutable_error() = ToRpcStatus(outcome.status());
      }
      batch_.ItemAnswered();
    }

    std::string* der() { return &der_; }

   private:
    BatchIssue& batch_;
    v1::BatchIssueResult* const result_;
    std::string der_;
  };

  absl::StatusOr<Caller> Admit(grpc::CallbackServerContext* context,
                               const v1::BatchIssueCertificatesRequest& message) const {
    FLEETCA_ASSIGN_OR_RETURN(Caller caller, gate_.Authenticate(*context));
    FLEETCA_RETURN_IF_ERROR(gate_.CheckMessageSize(message.ByteSizeLong()));
    const size_t count = message.requests_size();
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

  void ItemAnswered() {
    if (unanswered_.fetch_sub(1, std::memory_order_acq_rel) > 1) {
      return;
    }
    for (const std::string& der : gate_.chain()) {
      response_->add_chain_der(der);
    }
    Finish(grpc::Status::OK);
  }

  const IssueGate& gate_;
  v1::BatchIssueCertificatesResponse* const response_;
  std::deque<Item> items_;  // addresses stay
  std::atomic<int> unanswered_{0};
};

}  // namespace

grpc::ServerUnaryReactor* StartIssue(const IssueGate& gate, grpc::CallbackServerContext* context,
                                     const v1::IssueCertificateRequest* request,
                                     v1::IssueCertificateResponse* response) {
  auto* call = new UnaryIssue(gate, response);
  call->Start(context, *request);
  return call;
}

grpc::ServerUnaryReactor* StartBatchIssue(const IssueGate& gate,
                                          grpc::CallbackServerContext* context,
                                          const v1::BatchIssueCertificatesRequest* request,
                                          v1::BatchIssueCertificatesResponse* response) {
  auto* call = new BatchIssue(gate, response);
  call->Start(context, *request);
  return call;
}

}  // namespace fleetca::service

#include "service/rpc/batch_issue.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/call/status_to_rpc.h"
#include "service/call/upload_call.h"
#include "service/call/wire_message.h"
#include "service/rpc/call_issuance.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

class BatchIssue : public UploadCall {
 public:
  BatchIssue(const IssuanceIntake& intake, OpenCalls& calls,
             const grpc::CallbackServerContext& context, grpc::ByteBuffer* response)
      : UploadCall(calls), intake_(intake), context_(context), response_(*response) {}

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

  void Received() override {
    absl::StatusOr<CertificateCaller> admitted = Admit();
    if (!admitted.ok()) {
      End(ToGrpcStatus(admitted.status()));
      return;
    }
    const auto caller = std::make_shared<const Caller>(*std::move(admitted));
    if (const absl::Status room = intake_.CheckRoom(*caller, message_.requests_size());
        !room.ok()) {
      RefuseAll(room);
      return;
    }
    std::vector<Issuance*> ready = MakeItems(caller);
    for (const std::string& der : intake_.chain()) {
      answer_.add_chain_der(der);
    }
    if (ready.empty()) {
      Send();
    }
    intake_.Submit(absl::MakeSpan(ready));
  }

  // Those that can be read; the others are refused already.
  std::vector<Issuance*> MakeItems(const std::shared_ptr<const Caller>& caller)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::Time deadline = DeadlineOf(context_);
    absl::MutexLock lock(&mutex_);
    const int count = message_.requests_size();
    std::vector<Issuance*> ready;
    ready.reserve(count);
    answer_.mutable_results()->Reserve(count);
    items_ = std::vector<std::optional<Item>>(count);
    auto malformed = malformed_.begin();
    for (int i = 0; i < count; ++i) {
      Item& item = items_[i].emplace(*this, answer_.add_results());
      item.caller = caller;
      item.deadline = deadline;
      item.cancelled = cancelled_;
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
    unanswered_ = static_cast<int>(ready.size());
    return ready;
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

  absl::StatusOr<CertificateCaller> Admit() {
    FLEETCA_RETURN_IF_ERROR(intake_.CheckMessageSize(request().Length()));
    FLEETCA_RETURN_IF_ERROR(ReadBatch(request(), &message_, &malformed_));
    FLEETCA_ASSIGN_OR_RETURN(CertificateCaller caller, intake_.Authenticate(context_));
    const size_t count = message_.requests_size();
    if (count == 0) {
      return InvalidArgument(Reason::kRequestEmpty, "requests",
                             "The batch has no requests; send at least one");
    }
    if (count > intake_.limits().max_batch_items) {
      return InvalidArgument(Reason::kRequestTooLarge, "requests",
                             absl::StrCat("The batch has ", count, " requests; send at most ",
                                          intake_.limits().max_batch_items, " in one call"));
    }
    return caller;
  }

  void Cancelled() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    for (std::optional<Item>& item : items_) {
      item->cancelled = true;
    }
  }

  const IssuanceIntake& intake_;
  const grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& response_;
  v1::BatchIssueCertificatesRequest message_;
  v1::BatchIssueCertificatesResponse answer_;
  std::vector<int> malformed_;  // indices of requests, ascending
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  // Empty, or all of them; made in one piece, as their addresses stay.
  std::vector<std::optional<Item>> items_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> unanswered_{0};
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartBatchIssue(const IssuanceIntake& intake,
                                                           OpenCalls& calls,
                                                           grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* response) {
  return BatchIssue::Launch(std::make_unique<BatchIssue>(intake, calls, *context, response));
}

}  // namespace fleetca::service

#include "service/edge/stream_issue.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "service/edge/call_issuance.h"
#include "service/edge/messages.h"
#include "service/edge/server_call.h"
#include "service/edge/status_to_rpc.h"

namespace fleetca::service {
namespace {

class StreamIssue
    : public BidiCall<v1::StreamIssueCertificatesRequest, v1::StreamIssueCertificatesResponse> {
 public:
  StreamIssue(const IssueGate& gate, OpenCalls& calls, const grpc::CallbackServerContext& context)
      : gate_(gate), calls_(calls), context_(context) {}

  void BeginDrain() override ABSL_LOCKS_EXCLUDED(mutex_) {
    Next next;
    {
      absl::MutexLock lock(&mutex_);
      draining_ = true;
      next = Advance();
    }
    Perform(next);
  }

 private:
  // One request of the stream, from its bytes to its answer.
  class Item : public CallIssuance {
   public:
    explicit Item(StreamIssue& stream) : stream_(stream) {}

    v1::StreamIssueCertificatesRequest* message() { return &message_; }
    absl::Status Read() { return ReadIssueRequest(message_.request(), &der_, &request); }

   private:
    void Answered(absl::StatusOr<IssuedCertificate> outcome) override {
      stream_.ItemAnswered(this, std::move(outcome));
    }

    StreamIssue& stream_;
    v1::StreamIssueCertificatesRequest message_;
    std::string der_;
  };

  void Start() override ABSL_LOCKS_EXCLUDED(mutex_);
  void ReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void WriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancelled() override ABSL_LOCKS_EXCLUDED(mutex_);

  // The item is deleted.
  void ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What the state allows: the next write, the next read, the end.
  [[nodiscard]] Next Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const IssueGate& gate_;
  OpenCalls& calls_;
  const grpc::CallbackServerContext& context_;
  OpenCalls::Place place_;
  Caller caller_;  // set by Start

  std::unique_ptr<Item> incoming_ ABSL_GUARDED_BY(mutex_);  // whose message is being read
  absl::flat_hash_map<Item*, std::unique_ptr<Item>> unanswered_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::StreamIssueCertificatesResponse> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool reads_ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool writes_failed_ ABSL_GUARDED_BY(mutex_) = false;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool chain_sent_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

void StreamIssue::Start() {
  const bool serving = place_.Take(calls_, *this);
  absl::StatusOr<Caller> caller = gate_.Authenticate(context_);
  if (!caller.ok()) {
    End(ToGrpcStatus(caller.status()));
    return;
  }
  caller_ = *std::move(caller);
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    draining_ |= !serving;
    next = Advance();
  }
  Perform(next);
}

void StreamIssue::ReadDone(bool ok) {
  Item* item = nullptr;
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (ok && !ended_) {  // what comes after the end of a drained stream was never read
      item = incoming_.get();
      unanswered_.emplace(item, std::move(incoming_));
    } else {
      reads_ended_ = true;
    }
    next = Advance();  // the next read goes on while this one is worked on
  }
  Perform(next);
  if (item == nullptr) {
    return;
  }
  item->caller = caller_;
  item->deadline = DeadlineOf(context_);
  if (absl::Status read = item->Read(); !read.ok()) {
    ItemAnswered(item, std::move(read));
    return;
  }
  Issuance* issuance = item->ForQueue(*this);
  gate_.Submit(absl::MakeSpan(&issuance, 1));
}

void StreamIssue::ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome) {
  v1::StreamIssueCertificatesResponse response;
  response.set_id(item->message()->id());
  if (outcome.ok()) {
    WriteIssuedCertificate(*std::move(outcome), response.mutable_certificate());
  } else {
    *response.mutable_error() = ToRpcStatus(outcome.status());
  }
  std::unique_ptr<Item> answered;  // deleted after the lock is let go
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    if (response.has_certificate() && !std::exchange(chain_sent_, true)) {
      for (const std::string& der : gate_.chain()) {
        response.add_chain_der(der);
      }
    }
    answered = std::move(unanswered_.extract(item).mapped());
    if (!writes_failed_) {
      outgoing_.push_back(std::move(response));
    }
    next = Advance();
  }
  Perform(next);
}

void StreamIssue::WriteDone(bool ok) {
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    outgoing_.pop_front();
    if (!ok) {
      writes_failed_ = true;
      outgoing_.clear();
    }
    next = Advance();
  }
  Perform(next);
}

StreamIssue::Next StreamIssue::Advance() {
  Next next;
  if (ended_) {
    return next;
  }
  if (!writing_ && !outgoing_.empty()) {
    writing_ = true;
    next.write = &outgoing_.front();
    if (outgoing_.size() > 1) {
      next.write_options.set_buffer_hint();  // more follows at once: gRPC may put them together
    }
  }
  const bool ending = reads_ended_ || draining_ || writes_failed_;
  if (!ending && !reading_ &&
      unanswered_.size() + outgoing_.size() < gate_.limits().stream_window) {
    reading_ = true;
    incoming_ = std::make_unique<Item>(*this);
    next.read = incoming_->message();
  }
  // A drain may leave one read pending: gRPC ends it with the stream.
  if (ending && unanswered_.empty() && outgoing_.empty() && !writing_) {
    ended_ = true;
    End(ToGrpcStatus(draining_ && !reads_ended_
                         ? Unavailable(Reason::kDraining,
                                       "The CA is shutting down; open a new stream to another one")
                         : absl::OkStatus()));
  }
  return next;
}

void StreamIssue::Cancelled() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [item, owned] : unanswered_) {
    item->cancelled = true;
  }
}

}  // namespace

grpc::ServerBidiReactor<v1::StreamIssueCertificatesRequest, v1::StreamIssueCertificatesResponse>*
StartStreamIssue(const IssueGate& gate, OpenCalls& calls, grpc::CallbackServerContext* context) {
  return StreamIssue::Launch(std::make_unique<StreamIssue>(gate, calls, *context));
}

}  // namespace fleetca::service

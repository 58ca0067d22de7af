#include "service/edge/stream_issue.h"

#include <utility>
#include <vector>

#include "base/errors.h"
#include "service/edge/messages.h"
#include "service/edge/status_to_rpc.h"

namespace fleetca::service {

bool OpenStreams::Add(StreamIssue* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.insert(stream);
  return !draining_;
}

void OpenStreams::Remove(StreamIssue* stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

void OpenStreams::BeginDrain() {
  // Under the lock, so that no stream is deleted meanwhile: its OnDone waits in Remove.
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  for (StreamIssue* stream : streams_) {
    stream->BeginDrain();
  }
}

// One request of the stream; owns its message until it is answered.
class StreamIssue::Item : public Issuance {
 public:
  Item(StreamIssue& stream, std::unique_ptr<v1::StreamIssueCertificatesRequest> message)
      : stream_(stream), message_(std::move(message)) {}

  absl::Status Read() { return ReadIssueRequest(message_->request(), &der_, &request); }
  void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
    stream_.ItemAnswered(this, std::move(outcome));
  }
  uint64_t id() const { return message_->id(); }

 private:
  StreamIssue& stream_;
  const std::unique_ptr<v1::StreamIssueCertificatesRequest> message_;
  std::string der_;
};

StreamIssue::StreamIssue(const IssueGate& gate, OpenStreams& streams,
                         grpc::CallbackServerContext* context)
    : gate_(gate), streams_(streams), context_(context) {}

StreamIssue::~StreamIssue() = default;

StreamIssue* StreamIssue::Start(const IssueGate& gate, OpenStreams& streams,
                                grpc::CallbackServerContext* context) {
  auto* stream = new StreamIssue(gate, streams, context);
  const bool serving = streams.Add(stream);
  absl::StatusOr<Caller> caller = gate.Authenticate(*context);
  absl::MutexLock lock(&stream->mutex_);
  stream->draining_ |= !serving;
  if (caller.ok()) {
    stream->caller_ = *std::move(caller);
    stream->Advance();
  } else {
    stream->FinishOnce(caller.status());
  }
  return stream;
}

void StreamIssue::OnReadDone(bool ok) {
  std::unique_ptr<Item> item;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok || finished_) {  // what comes after the end of a drained stream was never read
      reads_ended_ = true;
      Advance();
      return;
    }
    item = std::make_unique<Item>(*this, std::move(incoming_));
    item->caller = caller_;
    item->deadline = DeadlineOf(*context_);
  }
  Submit(std::move(item));
}

void StreamIssue::Submit(std::unique_ptr<Item> owned) {
  Item* const item = owned.get();
  absl::Status read = item->Read();
  {
    absl::MutexLock lock(&mutex_);
    unanswered_.emplace(item, std::move(owned));
    if (read.ok()) {
      Advance();  // the next read goes on while this one is worked on
    }
  }
  if (!read.ok()) {
    item->Answer(std::move(read));
    return;
  }
  Issuance* issuance = item;
  gate_.Submit(absl::MakeSpan(&issuance, 1));
}

void StreamIssue::ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome) {
  v1::StreamIssueCertificatesResponse response;
  response.set_id(item->id());
  if (outcome.ok()) {
    WriteIssuedCertificate(*std::move(outcome), response.mutable_certificate());
  } else {
    *response.mutable_error() = ToRpcStatus(outcome.status());
  }
  absl::MutexLock lock(&mutex_);
  if (response.has_certificate() && !std::exchange(chain_sent_, true)) {
    for (const std::string& der : gate_.chain()) {
      response.add_chain_der(der);
    }
  }
  unanswered_.erase(item);
  if (!writes_failed_) {
    outgoing_.push_back(std::move(response));
  }
  Advance();
}

void StreamIssue::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  writing_ = false;
  outgoing_.pop_front();
  if (!ok) {
    writes_failed_ = true;
    outgoing_.clear();
  }
  Advance();
}

void StreamIssue::Advance() {
  if (finished_) {
    return;
  }
  if (!writing_ && !outgoing_.empty()) {
    writing_ = true;
    grpc::WriteOptions options;
    if (outgoing_.size() > 1) {
      options.set_buffer_hint();  // more follows at once: let gRPC put them into one write
    }
    StartWrite(&outgoing_.front(), options);
  }
  const bool ending = reads_ended_ || draining_ || writes_failed_;
  if (!ending && !reading_ &&
      unanswered_.size() + outgoing_.size() < gate_.limits().stream_window) {
    reading_ = true;
    incoming_ = std::make_unique<v1::StreamIssueCertificatesRequest>();
    StartRead(incoming_.get());
  }
  // A drain may leave one read pending: gRPC ends it with the stream.
  if (ending && unanswered_.empty() && outgoing_.empty() && !writing_) {
    FinishOnce(draining_ && !reads_ended_
                   ? Unavailable(Reason::kDraining,
                                 "The CA is shutting down; open a new stream to another one")
                   : absl::OkStatus());
  }
}

void StreamIssue::FinishOnce(const absl::Status& status) {
  if (!std::exchange(finished_, true)) {
    Finish(ToGrpcStatus(status));
  }
}

void StreamIssue::OnCancel() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [item, owned] : unanswered_) {
    item->cancelled = true;
  }
}

void StreamIssue::BeginDrain() {
  absl::MutexLock lock(&mutex_);
  draining_ = true;
  Advance();
}

void StreamIssue::OnDone() {
  streams_.Remove(this);
  delete this;
}

}  // namespace fleetca::service

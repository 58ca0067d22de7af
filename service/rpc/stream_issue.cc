#include "service/rpc/stream_issue.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"
#include "service/rpc/call_issuance.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

class StreamIssue : public BidiCall<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  StreamIssue(const IssuanceIntake& intake, OpenCalls& calls,
              const grpc::CallbackServerContext& context)
      : intake_(intake), calls_(calls), context_(context) {}

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

    // Not OK when there is no id to answer; else `refusal` says what is wrong with the request.
    absl::Status Read(const grpc::ByteBuffer& octets, absl::Status* refusal) {
      bool malformed = false;
      FLEETCA_RETURN_IF_ERROR(ReadStreamed(octets, &message_, &malformed));
      *refusal =
          malformed ? MalformedRequest() : ReadIssueRequest(message_.request(), &der_, &request);
      return absl::OkStatus();
    }
    uint64_t id() const { return message_.id(); }

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

  // From the octets to the queue, or to the answer.
  void Handle(Item* item, const grpc::ByteBuffer& octets) ABSL_LOCKS_EXCLUDED(mutex_);
  // A message came that cannot be answered: nothing more is read.
  void Abandon(Item* item, absl::Status why) ABSL_LOCKS_EXCLUDED(mutex_);
  // The item is deleted.
  void ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What the state allows: the next write, the next read, the end.
  [[nodiscard]] Next Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const IssuanceIntake& intake_;
  OpenCalls& calls_;
  const grpc::CallbackServerContext& context_;
  OpenCalls::Place place_;
  std::shared_ptr<const Caller> caller_;  // set by Start

  grpc::ByteBuffer incoming_ ABSL_GUARDED_BY(mutex_);  // what is being read
  absl::flat_hash_map<Item*, std::unique_ptr<Item>> unanswered_ ABSL_GUARDED_BY(mutex_);
  std::deque<grpc::ByteBuffer> outgoing_ ABSL_GUARDED_BY(mutex_);
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);  // why nothing more is read
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
  absl::StatusOr<CertificateCaller> caller = intake_.Authenticate(context_);
  if (!caller.ok()) {
    End(ToGrpcStatus(caller.status()));
    return;
  }
  caller_ = std::make_shared<const Caller>(*std::move(caller));
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
  grpc::ByteBuffer octets;
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    reading_ = false;
    // What comes after the end of a drained or broken stream was never read.
    if (ok && !ended_ && !reads_ended_) {
      octets.Swap(&incoming_);
      auto owned = std::make_unique<Item>(*this);
      item = owned.get();
      unanswered_.emplace(item, std::move(owned));
    } else {
      reads_ended_ = true;
    }
    next = Advance();  // the next read goes on while this one is worked on
  }
  Perform(next);
  if (item != nullptr) {
    Handle(item, octets);
  }
}

void StreamIssue::Handle(Item* item, const grpc::ByteBuffer& octets) {
  item->caller = caller_;
  item->deadline = DeadlineOf(context_);
  absl::Status refusal;
  if (absl::Status read = item->Read(octets, &refusal); !read.ok()) {
    Abandon(item, std::move(read));
    return;
  }
  if (!refusal.ok()) {
    ItemAnswered(item, std::move(refusal));
    return;
  }
  Issuance* issuance = item->ForQueue(*this);
  intake_.Submit(absl::MakeSpan(&issuance, 1));
}

void StreamIssue::Abandon(Item* item, absl::Status why) {
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    broken_ = std::move(why);
    reads_ended_ = true;
    unanswered_.erase(item);
    next = Advance();
  }
  Perform(next);
}

void StreamIssue::ItemAnswered(Item* item, absl::StatusOr<IssuedCertificate> outcome) {
  v1::StreamIssueCertificatesResponse response;
  response.set_id(item->id());
  if (outcome.ok()) {
    WriteIssuedCertificate(*std::move(outcome), response.mutable_certificate());
  } else {
    *response.mutable_error() = ToRpcStatus(outcome.status());
  }
  grpc::ByteBuffer octets;
  WriteMessage(response, &octets);
  std::unique_ptr<Item> answered;  // deleted after the lock is let go
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    if (response.has_certificate() && !std::exchange(chain_sent_, true)) {
      for (const std::string& der : intake_.chain()) {
        response.add_chain_der(der);
      }
      WriteMessage(response, &octets);  // once more, for the first of the stream alone
    }
    answered = std::move(unanswered_.extract(item).mapped());
    if (!writes_failed_) {
      outgoing_.emplace_back().Swap(&octets);
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
      unanswered_.size() + outgoing_.size() < intake_.limits().stream_window) {
    reading_ = true;
    next.read = &incoming_;
  }
  // One read may be left pending: gRPC ends it with the stream.
  if (ending && unanswered_.empty() && outgoing_.empty() && !writing_) {
    ended_ = true;
    absl::Status outcome = broken_;
    if (outcome.ok() && draining_ && !reads_ended_) {
      outcome = Unavailable(Reason::kDraining,
                            "The CA is shutting down; open a new stream to another one");
    }
    End(ToGrpcStatus(outcome));
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

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StartStreamIssue(
    const IssuanceIntake& intake, OpenCalls& calls, grpc::CallbackServerContext* context) {
  return StreamIssue::Launch(std::make_unique<StreamIssue>(intake, calls, *context));
}

}  // namespace fleetca::service

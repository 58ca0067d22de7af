#include "service/rpc/revocation_watcher.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "service/call/status_to_rpc.h"
#include "service/call/wire_message.h"

namespace fleetca::service {
namespace {

// A reader that does not take the message that is on its way must not stretch the drain.
constexpr absl::Duration kDrainPatience = absl::Seconds(1);

absl::Status Draining() {
  return Unavailable(Reason::kDraining,
                     "The CA is shutting down; open a new stream to another one, and go on from "
                     "the last position");
}

absl::Status Gone() {
  return Cancelled(Reason::kCancelled, "The reader of the revocations has gone");
}

}  // namespace

void RevocationWatcher::Start() {
  if (const absl::Status status = Begin(); !status.ok()) {
    EndSoon(status);
  }
}

absl::Status RevocationWatcher::Begin() {
  v1::WatchRevocationsRequest message;
  FLEETCA_RETURN_IF_ERROR(ReadMessage(request_, &message));
  FLEETCA_ASSIGN_OR_RETURN(caller_, watchers_.caller_reader_.Authenticate(context_));
  place_.emplace(message, watchers_.store_);
  FLEETCA_RETURN_IF_ERROR(watchers_.Add(*this));
  {
    absl::MutexLock lock(&mutex_);
    ready_ = true;
  }
  watchers_.Wake();
  return absl::OkStatus();
}

absl::Status RevocationWatcher::CheckCaller() const {
  if (watchers_.options_.clock->Now() >= caller_.not_after) {
    return Unauthenticated(Reason::kCallerCertificateExpired,
                           "The reader's certificate has expired; renew it and reconnect");
  }
  return caller_.held == nullptr ? absl::OkStatus()
                                 : watchers_.known_.CheckCaller(
                                       caller_.held->serial, caller_.held->subject_public_key_info,
                                       caller_.held->issuer);
}

bool RevocationWatcher::IsWriting(absl::Time now) {
  bool stuck = false;
  {
    absl::MutexLock lock(&mutex_);
    if (ready_ && !writing_ && !end_.has_value()) {
      return false;
    }
    stuck = writing_ && now >= std::min(told_at_ + watchers_.options_.patience, drain_ends_);
  }
  if (stuck) {
    context_.TryCancel();
  }
  return true;
}

bool RevocationWatcher::IsDue(absl::Time now) {
  return !IsWriting(now) && (place_->HasNews(watchers_.known_.sequence()) ||
                             now >= told_at_ + watchers_.options_.heartbeat);
}

void RevocationWatcher::Turn(absl::Time steady) {
  if (const absl::Status status = CheckCaller(); !status.ok()) {
    EndSoon(status);
    return;
  }
  // Before the store is read: what was revoked until then is in the message, or was before it.
  const absl::Time now = watchers_.options_.clock->Now();
  const auto message = place_->Next(watchers_.store_, watchers_.options_.page, now);
  if (!message.ok()) {
    EndSoon(message.status());
    return;
  }
  told_at_ = steady;
  outgoing_.Clear();
  WriteMessage(*message, &outgoing_);
  {
    absl::MutexLock lock(&mutex_);
    if (end_.has_value()) {
      return;
    }
    writing_ = true;
    has_more_ = place_->HasNews(watchers_.known_.sequence());
  }
  StartWriteOf(&outgoing_, grpc::WriteOptions());
}

void RevocationWatcher::OnWriteDone(bool ok) {
  const Hold hold = TryHold();
  if (!hold) {
    return;
  }
  bool has_more = false;
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    has_more = has_more_;
    if (!ok && !end_.has_value()) {
      end_ = ToGrpcStatus(Gone());
    }
    if (end_.has_value()) {
      End(*end_);
      return;
    }
  }
  // Else the thread would look at all readers after each heartbeat of each.
  if (has_more) {
    watchers_.Wake();
  }
}

void RevocationWatcher::EndSoon(const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  if (!end_.has_value()) {
    end_ = ToGrpcStatus(why);
  }
  if (!writing_) {
    End(*end_);
  }
}

void RevocationWatcher::GiveWay() {
  EndSoon(
      ResourceExhausted(Reason::kQueueFull,
                        "This identity has the most of all the readers of revocations that the "
                        "CA takes, and another one has none; have several verifiers share one"));
  bool stuck = false;
  {
    absl::MutexLock lock(&mutex_);
    stuck = writing_;
  }
  if (stuck) {
    context_.TryCancel();
  }
}

void RevocationWatcher::Cancelled() { EndSoon(Gone()); }

void RevocationWatcher::BeginDrain() {
  {
    absl::MutexLock lock(&mutex_);
    drain_ends_ = SteadyTime() + kDrainPatience;
  }
  EndSoon(Draining());
}

}  // namespace fleetca::service

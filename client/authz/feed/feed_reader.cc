#include "client/authz/feed/feed_reader.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

// Of google.protobuf.Timestamp, but for what was before 1970.
bool IsTime(const google::protobuf::Timestamp& time) {
  constexpr int64_t kLastSecondOf9999 = 253402300799;
  return time.seconds() >= 0 && time.seconds() <= kLastSecondOf9999 && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}

template <typename Sink>
void AddAll(const v1::WatchRevocationsResponse& message, Sink& sink) {
  for (const v1::RevokedCertificate& revoked : message.revoked()) {
    sink.Add(revoked.serial_number(),
             {TimeFromProto(revoked.revoke_time()), static_cast<uint8_t>(revoked.reason())});
  }
}

}  // namespace

v1::WatchRevocationsRequest FeedReader::Begin() {
  snapshot_.reset();
  first_.reset();
  v1::WatchRevocationsRequest request;
  if (position_.has_value()) {
    *request.mutable_after() = *position_;
  }
  return request;
}

absl::Status FeedReader::CheckPlace(const v1::WatchRevocationsResponse& message) const {
  const bool in_snapshot = message.snapshot_begins() || snapshot_ != nullptr;
  if (!in_snapshot && !position_.has_value()) {
    return AnswerInvalid("the feed of revocations does not begin with a snapshot");
  }
  if (!message.has_position()) {
    return in_snapshot && !message.has_time()
               ? absl::OkStatus()
               : AnswerInvalid("a message of the feed of revocations has no position");
  }
  if (!in_snapshot && (message.position().store() != position_->store() ||
                       message.position().sequence() < position_->sequence())) {
    return AnswerInvalid("the position in the feed of revocations went back without a snapshot");
  }
  return absl::OkStatus();
}

absl::Status FeedReader::CheckSize(const v1::WatchRevocationsResponse& message) const {
  size_t before = known_.size();
  if (message.snapshot_begins()) {
    before = 0;
  } else if (snapshot_ != nullptr) {
    before = snapshot_size_;
  }
  const size_t most = known_.options().max_revoked;
  // Compared so that nothing overflows.
  if (before <= most && static_cast<size_t>(message.revoked_size()) <= most - before) {
    return absl::OkStatus();
  }
  return AnswerInvalid(
      absl::StrCat("the feed of revocations has more than ", most,
                   " certificates, which is all that this verifier remembers; raise its limit, or "
                   "ask the CA's operator why there are so many"));
}

absl::Status FeedReader::Check(const v1::WatchRevocationsResponse& message) const {
  FLEETCA_RETURN_IF_ERROR(CheckPlace(message));
  FLEETCA_RETURN_IF_ERROR(CheckSize(message));
  for (const v1::RevokedCertificate& revoked : message.revoked()) {
    if (revoked.serial_number().size() != x509::SerialNumber::kSize) {
      return AnswerInvalid(absl::StrCat("the feed of revocations has a serial number of ",
                                        revoked.serial_number().size(), " octets"));
    }
    if (!IsTime(revoked.revoke_time())) {
      return AnswerInvalid("the feed of revocations has a revocation at a time that is none");
    }
  }
  if (message.has_time() && !IsTime(message.time())) {
    return AnswerInvalid("a message of the feed of revocations has a time that is none");
  }
  return absl::OkStatus();
}

// Somebody on the way can hold messages back and let each one arrive late, and each would count as
// new. So no message may be later, compared with the first one of its stream, than half of max_age.
// The two clocks are never compared: only how long it took from one message to the other by each.
absl::Status FeedReader::CheckDelay(absl::Time time, absl::Time arrived) {
  if (!first_.has_value()) {
    first_ = FirstTime{time, arrived};
    return absl::OkStatus();
  }
  const absl::Duration late = (arrived - first_->arrived) - (time - first_->time);
  if (late <= known_.options().max_age / 2) {
    return absl::OkStatus();
  }
  return Unavailable(Reason::kServerUnreachable,
                     absl::StrCat("The messages of the CA arrive ",
                                  absl::FormatDuration(absl::Trunc(late, absl::Seconds(1))),
                                  " later than they were made, or its clock was set back"));
}

absl::StatusOr<bool> FeedReader::Take(const v1::WatchRevocationsResponse& message,
                                      absl::Time arrived) {
  FLEETCA_RETURN_IF_ERROR(Check(message));
  if (message.snapshot_begins()) {
    snapshot_ = std::make_unique<RevokedSerials>();
    snapshot_size_ = 0;
  }
  if (snapshot_ != nullptr) {
    AddAll(message, *snapshot_);
    snapshot_size_ += static_cast<size_t>(message.revoked_size());
  } else {
    AddAll(message, known_);
  }
  if (!message.has_position()) {
    return false;
  }
  if (snapshot_ != nullptr) {
    known_.Replace(*snapshot_);
    snapshot_.reset();
  }
  position_ = message.position();
  known_.SetSequence(position_->sequence());
  if (!message.has_time()) {
    return false;
  }
  const absl::Time time = TimeFromProto(message.time());
  FLEETCA_RETURN_IF_ERROR(CheckDelay(time, arrived));
  known_.SetCurrent(time, arrived);
  return true;
}

}  // namespace fleetca::client

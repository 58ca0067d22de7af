// A streaming call that says what an identity is, again whenever that changes.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_PUSHED_CALL_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_PUSHED_CALL_H_

#include <grpcpp/impl/codegen/server_callback.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/agent/sockets/identity_feed.h"
#include "client/agent/sockets/shared_octets.h"

namespace fleetca::client {

// Code and sentence.
inline grpc::Status ToGrpcStatus(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()));
}

// A call that is over before it began.
template <typename Reactor>
class EndedCall final : public Reactor {
 public:
  explicit EndedCall(const grpc::Status& why) { this->Finish(why); }
  void OnDone() override { delete this; }
};

// `Reactor` is one of gRPC's for streams of answers, of raw octets. Only one answer is under way at
// a time; what changes meanwhile is said as one.
//
// gRPC says that a call is done on any thread, perhaps before Finish has returned: so the call has
// itself until then, whoever touches it has a hold of his own, and gRPC is called with no lock
// held.
template <typename Reactor>
class PushedCall : public Reactor,
                   public SnapshotListener,
                   public std::enable_shared_from_this<PushedCall<Reactor>> {
 public:
  // Once, by who made the call (std::make_shared) and before gRPC has it.
  void Begin(std::shared_ptr<IdentityFeed> feed) {
    self_ = this->shared_from_this();
    feed_ = std::move(feed);
    feed_->Add(self_);
  }

  void Offer(const std::shared_ptr<const IdentitySnapshot>& snapshot) final {
    {
      absl::MutexLock lock(&mutex_);
      if (offered_ != nullptr && snapshot->number <= offered_->number) {
        return;
      }
      offered_ = snapshot;
    }
    Go();
  }

  void End(const absl::Status& why) final {
    {
      absl::MutexLock lock(&mutex_);
      EndLocked(why);
    }
    Go();
  }

  void OnWriteDone(bool ok) final {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      buffer_.Clear();
      if (!ok) {
        EndLocked(absl::CancelledError());
      }
    }
    Go();
  }

  void OnCancel() final { End(absl::CancelledError()); }

  void OnDone() final {
    feed_->Remove(self_);
    const std::shared_ptr<PushedCall> last = std::move(self_);
  }

 protected:
  // The octets that are to be sent now; null where none are; an error ends the call.
  virtual absl::StatusOr<SharedOctets> Next(const IdentitySnapshot& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;

  // What there is; null before Begin.
  const std::shared_ptr<const IdentitySnapshot>& offered() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return offered_;
  }
  void EndLocked(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!end_.has_value()) {
      end_ = ToGrpcStatus(why);
    }
  }
  bool IsEnding() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return end_.has_value(); }
  // Between the two the call is not finished, so that gRPC may be called.
  void Keep() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { kept_ = true; }
  void Unkeep() ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      kept_ = false;
    }
    Go();
  }

  // Does what is to be done now, if anything is.
  void Go() ABSL_LOCKS_EXCLUDED(mutex_) {
    const std::shared_ptr<PushedCall> hold = this->shared_from_this();
    bool finish = false;
    {
      absl::MutexLock lock(&mutex_);
      if (finished_ || writing_) {
        return;
      }
      if (!end_.has_value()) {
        Prepare();
      }
      if (!writing_) {
        if (!end_.has_value() || kept_) {
          return;
        }
        finish = finished_ = true;
      }
    }
    // Nobody else finishes it while it writes, or does anything with it once it is finished.
    if (finish) {
      this->Finish(*end_);
    } else {
      this->StartWrite(&buffer_);
    }
  }

  absl::Mutex mutex_;

 private:
  void Prepare() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (offered_ == nullptr) {
      return;
    }
    absl::StatusOr<SharedOctets> next = Next(*offered_);
    if (!next.ok()) {
      EndLocked(next.status());
    } else if (*next != nullptr) {
      buffer_ = ToByteBuffer(*next);
      writing_ = true;
    }
  }

  std::shared_ptr<PushedCall> self_;
  std::shared_ptr<IdentityFeed> feed_;
  std::shared_ptr<const IdentitySnapshot> offered_ ABSL_GUARDED_BY(mutex_);
  // gRPC's while `writing_`.
  grpc::ByteBuffer buffer_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool kept_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  // Does not change once it is there.
  std::optional<grpc::Status> end_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_PUSHED_CALL_H_

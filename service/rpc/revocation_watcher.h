// One stream of WatchRevocations.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_WATCHER_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_WATCHER_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/call/server_call.h"
#include "service/caller/caller.h"
#include "service/rpc/revocation_place.h"
#include "service/rpc/revocation_watchers.h"

namespace fleetca::service {

// Begins and ends on gRPC's threads; its messages are made on that of RevocationWatchers.
class RevocationWatcher final : public ServerCall<grpc::ServerWriteReactor<grpc::ByteBuffer>> {
 public:
  RevocationWatcher(RevocationWatchers& watchers, grpc::CallbackServerContext& context,
                    const grpc::ByteBuffer& request)
      : watchers_(watchers), context_(context), request_(request) {}
  ~RevocationWatcher() override { watchers_.Remove(*this); }

  // The three are only ever called on the one thread, which has a hold. Whether there is a message
  // to send and none on its way; one that was not taken in time ends the stream.
  [[nodiscard]] bool IsDue(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends the message of one that is due.
  void Turn(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // When the last one was sent.
  absl::Time told_at() const { return told_at_; }

  // Ends it at once, as its place goes to another identity, also where the reader takes nothing.
  // Whoever calls it has a hold.
  void GiveWay() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whose certificate the reader has shown. Set before it is added to the others.
  absl::string_view identity() const { return caller_.spiffe_id; }

  void BeginDrain() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Start() override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Begin() ABSL_LOCKS_EXCLUDED(mutex_);
  void Cancelled() override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the stream, or has OnWriteDone do it: gRPC does not end one while a message is on its way.
  void EndSoon(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsWriting(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the caller's certificate is still good.
  absl::Status CheckCaller() const;

  RevocationWatchers& watchers_;
  grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& request_;
  CertificateCaller caller_;                   // set by Begin
  std::optional<RevocationPlace> place_;       // set by Begin; then the thread's alone
  absl::Time told_at_ = absl::InfinitePast();  // the thread's alone; SteadyTime
  grpc::ByteBuffer outgoing_;                  // the thread's, and gRPC's while it is written
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // Whether there is something to tell at once after the message that is on its way.
  bool has_more_ ABSL_GUARDED_BY(mutex_) = false;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  absl::Time drain_ends_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();  // SteadyTime
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_WATCHER_H_

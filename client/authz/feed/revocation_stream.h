// One call of WatchRevocations, read with patience.
#ifndef FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_STREAM_H_
#define FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_STREAM_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fleetca/v1/revocation.grpc.pb.h"

namespace fleetca::client {

// One thread reads; another may cancel.
class RevocationStream {
 public:
  RevocationStream(const std::shared_ptr<grpc::Channel>& channel,
                   const v1::WatchRevocationsRequest& request);
  // Cancels what has not ended.
  ~RevocationStream();
  RevocationStream(const RevocationStream&) = delete;
  RevocationStream& operator=(const RevocationStream&) = delete;

  // Waits for the next message, for `patience` at most, the making of the connection included.
  // False when there is none, and will be none.
  [[nodiscard]] bool Read(absl::Duration patience, v1::WatchRevocationsResponse* message);

  // Once, after Read has returned false or nobody wants to read on: why the stream has ended.
  // UNAVAILABLE kServerUnreachable when patience was over; OK where the server ended it so.
  absl::Status Finish();

  // Ends a Read that is under way, and the stream. Thread-safe.
  void Cancel() { context_.TryCancel(); }

 private:
  // Of the one operation that is under way.
  bool AwaitEvent(absl::Duration patience);

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  const std::unique_ptr<v1::RevocationService::Stub> stub_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchRevocationsResponse>> reader_;
  bool started_ = false;
  bool finished_ = false;
  // How long it had waited when its patience was over.
  absl::Duration silence_ = absl::ZeroDuration();
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_FEED_REVOCATION_STREAM_H_

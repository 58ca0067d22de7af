#include "client/authz/feed/revocation_stream.h"

#include <grpc/support/time.h>
#include <grpcpp/support/time.h>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/status_from_grpc.h"

namespace fleetca::client {

RevocationStream::RevocationStream(const std::shared_ptr<grpc::Channel>& channel,
                                   const v1::WatchRevocationsRequest& request)
    : stub_(v1::RevocationService::NewStub(channel)),
      reader_(stub_->AsyncWatchRevocations(&context_, request, &queue_, this)) {}

RevocationStream::~RevocationStream() {
  if (!finished_) {
    Cancel();
    Finish().IgnoreError();
  }
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool RevocationStream::AwaitEvent(absl::Duration patience) {
  const gpr_timespec deadline =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                   gpr_time_from_millis(absl::ToInt64Milliseconds(patience), GPR_TIMESPAN));
  void* tag = nullptr;
  bool ok = false;
  if (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::TIMEOUT) {
    silence_ = patience;
    Cancel();
    // The operation ends now, without a message; what it writes to must not go away before.
    queue_.Next(&tag, &ok);
    return false;
  }
  return ok;
}

bool RevocationStream::Read(absl::Duration patience, v1::WatchRevocationsResponse* message) {
  if (!started_) {
    started_ = true;
    if (!AwaitEvent(patience)) {
      return false;
    }
  }
  message->Clear();
  reader_->Read(message, this);
  return AwaitEvent(patience);
}

absl::Status RevocationStream::Finish() {
  if (!started_) {
    started_ = true;
    AwaitEvent(absl::ZeroDuration());
  }
  grpc::Status status;
  reader_->Finish(&status, this);
  void* tag = nullptr;
  bool ok = false;
  queue_.Next(&tag, &ok);
  finished_ = true;
  if (silence_ > absl::ZeroDuration()) {
    return Unavailable(Reason::kServerUnreachable,
                       absl::StrCat("The CA has said nothing for ", absl::FormatDuration(silence_),
                                    ", though it says every 5s that it is there"));
  }
  return StatusFromGrpc(status);
}

}  // namespace fleetca::client

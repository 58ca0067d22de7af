// Calls with one message in and one out whose message may be large.
#ifndef FLEETCA_SERVICE_CALL_UPLOAD_CALL_H_
#define FLEETCA_SERVICE_CALL_UPLOAD_CALL_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "base/errors.h"
#include "service/call/open_calls.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::service {

// gRPC begins a unary call when its message is complete, and until then nobody knows that its
// connection has a call. This one begins when its headers arrive, so that the listener knows what
// the bytes that come in belong to (service/net/connection.h). To the client it is a
// unary call all the same.
class UploadCall : public ServerCall<grpc::ServerReadReactor<grpc::ByteBuffer>> {
 protected:
  explicit UploadCall(OpenCalls& calls) : calls_(calls) {}

  // The message, from Received on.
  const grpc::ByteBuffer& request() const { return request_; }

 private:
  // The message is complete. Cancelled may run at the same time.
  virtual void Received() = 0;

  void Start() final {
    if (!place_.Take(calls_, *this)) {
      BeginDrain();
    }
    StartReadOf(&request_);
  }

  void OnReadDone(bool ok) final {
    const Hold hold = TryHold();
    if (!hold) {
      return;
    }
    if (!ok) {
      // Either nobody hears it, or the caller has sent no message.
      End(ToGrpcStatus(InvalidArgument(Reason::kRequestEmpty, "", "The call has no message")));
    } else if (!complete_.exchange(true)) {
      Received();
    }
  }

  // Nobody should be able to stretch a drain by a message that never ends.
  void BeginDrain() final {
    if (!complete_.exchange(true)) {
      End(ToGrpcStatus(Unavailable(Reason::kDraining,
                                   "The CA is shutting down; send the request to another one")));
    }
  }

  OpenCalls& calls_;
  grpc::ByteBuffer request_;
  std::atomic<bool> complete_{false};  // or of no interest any more
  OpenCalls::Place place_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_UPLOAD_CALL_H_

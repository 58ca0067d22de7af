// The base of every call that the server answers: gRPC's reactors, made safe to end.
#ifndef FLEETCA_SERVICE_CALL_SERVER_CALL_H_
#define FLEETCA_SERVICE_CALL_SERVER_CALL_H_

#include <grpcpp/support/server_callback.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "service/call/call_life.h"

namespace fleetca::service {

// A call on top of one of gRPC's reactors, whose own Finish is out of reach: a handler says End
// (service/call/call_life.h). Deletes itself when gRPC has done with it.
template <typename Reactor>
class ServerCall : public CallLife, private Reactor {
 public:
  ServerCall(const ServerCall&) = delete;
  ServerCall& operator=(const ServerCall&) = delete;

  // Starts the call and hands it over to gRPC. The result is what a service's method returns, and
  // good for nothing else.
  template <typename Call>
  static Reactor* Launch(std::unique_ptr<Call> call) {
    ServerCall* const launched = call.release();
    const Hold hold = launched->TryHold();
    launched->Start();
    return launched;
  }

 protected:
  ServerCall() = default;
  // Runs when gRPC has forgotten the call: its context and its messages are gone already.
  ~ServerCall() override = default;

  // What streams do. gRPC allows one read and one write at a time.
  template <typename Message>
  void StartReadOf(Message* message) {
    Reactor::StartRead(message);
  }
  template <typename Message>
  void StartWriteOf(const Message* message, const grpc::WriteOptions& options) {
    Reactor::StartWrite(message, options);
  }

 private:
  // The first thing that happens, on the thread that brought the call.
  virtual void Start() = 0;
  // The caller has gone, or the deadline has passed. The call must End all the same.
  virtual void Cancelled() {}

  void FinishCall(grpc::Status status) final { Reactor::Finish(std::move(status)); }
  void OnCancel() final {
    if (const Hold hold = TryHold()) {
      Cancelled();
    }
  }
  void OnDone() final { delete this; }
};

// One message in, one message out.
using UnaryCall = ServerCall<grpc::ServerUnaryReactor>;

// Messages in and messages out. What happens next is decided under the lock, as a value, and done
// without it.
template <typename Request, typename Response>
class BidiCall : public ServerCall<grpc::ServerBidiReactor<Request, Response>> {
 protected:
  // What to start; nothing by default.
  struct Next {
    Request* read = nullptr;          // where the message goes; stays until ReadDone
    const Response* write = nullptr;  // stays until WriteDone
    grpc::WriteOptions write_options;
  };

  // Two that decide one after the other may come here in any order, as no second read and no second
  // write is decided before the first is done.
  void Perform(const Next& next) ABSL_LOCKS_EXCLUDED(mutex_) {
    if (next.write != nullptr) {
      this->StartWriteOf(next.write, next.write_options);
    }
    if (next.read != nullptr) {
      this->StartReadOf(next.read);
    }
  }

  // Guards the state of the derived class.
  absl::Mutex mutex_;

 private:
  // A read or a write that was started has ended; false: so has its direction of the stream. Not
  // called once the call was finished.
  virtual void ReadDone(bool ok) ABSL_LOCKS_EXCLUDED(mutex_) = 0;
  virtual void WriteDone(bool ok) ABSL_LOCKS_EXCLUDED(mutex_) = 0;

  void OnReadDone(bool ok) final {
    if (const CallLife::Hold hold = this->TryHold()) {
      ReadDone(ok);
    }
  }
  void OnWriteDone(bool ok) final {
    if (const CallLife::Hold hold = this->TryHold()) {
      WriteDone(ok);
    }
  }
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_SERVER_CALL_H_

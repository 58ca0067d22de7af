// When a call ends: after everyone who touches it has let go, and never before.
#ifndef FLEETCA_SERVICE_CALL_CALL_LIFE_H_
#define FLEETCA_SERVICE_CALL_CALL_LIFE_H_

#include <grpcpp/support/status.h>

#include <atomic>
#include <utility>

namespace fleetca::service {

// gRPC deletes a call's context and messages, and has the call delete itself, as soon as the call
// is finished and gRPC's own callbacks have run: on another thread, and perhaps before Finish has
// returned. So Finish must be the last thing that anyone does with a call, with no lock of it held.
//
// This class makes sure of that, whatever a handler does. Every function that is about to touch a
// call takes a hold on the call first. End may be called from anywhere and under any lock: it only
// records how the call ends. Finish runs after End was called, when the last hold is dropped. All
// code of a handler runs under a hold that the code's caller has.
//
// Thread-safe.
class CallLife {
 public:
  // While it exists, the call, its context and its messages do. To be dropped with no lock of the
  // call held.
  class [[nodiscard]] Hold {
   public:
    Hold() = default;
    Hold(Hold&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
    Hold& operator=(Hold&& other) noexcept {
      std::swap(call_, other.call_);
      return *this;
    }
    ~Hold() {
      if (call_ != nullptr) {
        call_->Drop();
      }
    }

    explicit operator bool() const { return call_ != nullptr; }
    CallLife* operator->() const { return call_; }

   private:
    friend class CallLife;
    explicit Hold(CallLife* call) : call_(call) {}

    CallLife* call_ = nullptr;
  };

  CallLife() = default;
  CallLife(const CallLife&) = delete;
  CallLife& operator=(const CallLife&) = delete;

  // Empty when the call was finished already. The object itself must be known to exist: gRPC calls
  // it, or it is registered somewhere that its destructor takes it out of.
  Hold TryHold();

  // The server shuts down: the call should End soon, without leaving anything it has read
  // unanswered. Whoever calls this has a hold.
  virtual void BeginDrain() {}

 protected:
  virtual ~CallLife() = default;

  // How the call ends, when the last hold goes. The first word counts. A call that never says it
  // stays open for ever, even when its caller has gone.
  void End(grpc::Status status);

 private:
  // Sends the status. *this may be gone when it returns.
  virtual void FinishCall(grpc::Status status) = 0;

  void Drop();

  // One for each hold, and one until End.
  std::atomic<int> holds_{1};
  std::atomic<bool> ended_{false};
  grpc::Status status_;  // written by End, read by whoever finishes
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_CALL_LIFE_H_

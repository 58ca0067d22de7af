// One thread, one completion queue: everything the load generator does on the network.
#ifndef FLEETCA_BENCH_LOADGEN_EVENT_LOOP_H_
#define FLEETCA_BENCH_LOADGEN_EVENT_LOOP_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "bench/loadgen/queue_alarm.h"
#include "grpcpp/completion_queue.h"

namespace fleetca::loadgen {

// Nanoseconds of the monotonic clock.
int64_t MonotonicNow();

// The tag of an operation on the queue. It lives until it has proceeded.
class Event {
 public:
  virtual void Proceed(bool ok) = 0;

 protected:
  ~Event() = default;
};

// An event that calls a function; for objects with several kinds of events.
class FunctionEvent final : public Event {
 public:
  explicit FunctionEvent(std::function<void(bool ok)> function) : function_(std::move(function)) {}
  void Proceed(bool ok) override { function_(ok); }

 private:
  const std::function<void(bool ok)> function_;
};

// Something else that events come from, such as sockets of no gRPC.
class EventSource {
 public:
  // Waits for at most `wait_ns`, and lets proceed what has come; false when nothing had.
  virtual bool Poll(int64_t wait_ns) = 0;

 protected:
  ~EventSource() = default;
};

// Everything happens on the thread that calls RunOne, so nothing behind it needs a lock. A call
// made this way costs the client less than with gRPC's callbacks, which hand each answer to another
// thread. Thread-compatible.
class EventLoop {
 public:
  EventLoop() = default;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // No operation may be pending.
  ~EventLoop();

  grpc::CompletionQueue* queue() { return &queue_; }

  // Waits for one event until `until_ns` (MonotonicNow), or for a tenth of a second, and lets it
  // proceed; false when none came.
  // With a source, what came from there meanwhile proceeds too.
  bool RunOne(int64_t until_ns);

  // Null, or what is polled as well; it outlives its use here.
  void set_source(EventSource* source) { source_ = source; }

 private:
  bool RunOneOfBoth(int64_t until_ns);

  EventSource* source_ = nullptr;
  grpc::CompletionQueue queue_;
  QueueAlarm alarm_{&queue_};
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_EVENT_LOOP_H_

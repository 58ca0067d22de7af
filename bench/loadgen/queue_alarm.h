// Wakes whoever waits on a completion queue, to the microsecond.
#ifndef FLEETCA_BENCH_LOADGEN_QUEUE_ALARM_H_
#define FLEETCA_BENCH_LOADGEN_QUEUE_ALARM_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "grpcpp/alarm.h"
#include "grpcpp/completion_queue.h"

namespace fleetca::loadgen {

// gRPC counts time in whole milliseconds and rounds up, which would send every call of an open loop
// late. So a thread sleeps on a timer of the kernel and then puts an event on the queue. For the
// one thread that waits on the queue.
class QueueAlarm {
 public:
  // The queue outlives it.
  explicit QueueAlarm(grpc::CompletionQueue* queue);
  // Stop has been called.
  ~QueueAlarm();
  QueueAlarm(const QueueAlarm&) = delete;
  QueueAlarm& operator=(const QueueAlarm&) = delete;

  // From `at_ns` (of CLOCK_MONOTONIC) on there is an event with tag() on the queue; an earlier
  // setting that has not rung is forgotten.
  void SetFor(int64_t at_ns);
  const void* tag() const { return this; }
  // To be called with each such event.
  void OnRung();
  // No more events from now on, besides one that may be on the queue.
  void Stop();

 private:
  void Run();

  grpc::CompletionQueue* const queue_;
  const int timer_;
  grpc::Alarm alarm_;
  int64_t set_for_ns_ = 0;
  std::atomic<bool> on_queue_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_QUEUE_ALARM_H_

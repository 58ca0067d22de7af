#include "bench/loadgen/event_loop.h"

#include <algorithm>
#include <ctime>

#include "grpc/support/time.h"

namespace fleetca::loadgen {
namespace {

// So that whoever waits for something else as well, such as Ctrl-C, gets round to it.
constexpr int64_t kLongestWaitNs = 100'000'000;
// How long the queue waits for its turn beside a source.
constexpr int64_t kSourceTurnNs = 1'000'000;

gpr_timespec GrpcDeadline(int64_t wait_ns) {
  if (wait_ns <= 0) {
    return gpr_inf_past(GPR_CLOCK_MONOTONIC);
  }
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(wait_ns, GPR_TIMESPAN));
}

}  // namespace

int64_t MonotonicNow() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

EventLoop::~EventLoop() {
  alarm_.Stop();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool EventLoop::RunOneOfBoth(int64_t until_ns) {
  until_ns = std::min(until_ns, MonotonicNow() + kLongestWaitNs);
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, GrpcDeadline(0)) == grpc::CompletionQueue::GOT_EVENT) {
      if (tag != alarm_.tag()) {
        static_cast<Event*>(tag)->Proceed(ok);
        return true;
      }
      alarm_.OnRung();
    }
    const int64_t left_ns = until_ns - MonotonicNow();
    if (source_->Poll(std::clamp<int64_t>(left_ns, 0, kSourceTurnNs))) {
      return true;
    }
    if (left_ns <= 0) {
      return false;
    }
  }
}

bool EventLoop::RunOne(int64_t until_ns) {
  if (source_ != nullptr) {
    return RunOneOfBoth(until_ns);
  }
  while (true) {
    const int64_t left_ns = until_ns - MonotonicNow();
    if (left_ns > 0) {
      alarm_.SetFor(until_ns);
    }
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, GrpcDeadline(std::min(left_ns, kLongestWaitNs))) !=
        grpc::CompletionQueue::GOT_EVENT) {
      return false;
    }
    if (tag != alarm_.tag()) {
      static_cast<Event*>(tag)->Proceed(ok);
      return true;
    }
    alarm_.OnRung();
    if (MonotonicNow() >= until_ns) {
      return false;
    }
  }
}

}  // namespace fleetca::loadgen

#include "bench/loadgen/event_loop.h"

#include <algorithm>
#include <ctime>

#include "grpc/support/time.h"

namespace fleetca::loadgen {
namespace {

// gRPC counts time in whole milliseconds and rounds up, so the last of a wait is ours.
constexpr int64_t kCoarseNs = 2'000'000;
// Short enough that an answer which comes meanwhile is not noticed late, long enough not to spin.
constexpr int64_t kNapNs = 20'000;

gpr_timespec GrpcDeadline(int64_t wait_ns) {
  if (wait_ns <= 0) {
    return gpr_inf_past(GPR_CLOCK_MONOTONIC);
  }
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_nanos(wait_ns, GPR_TIMESPAN));
}

void Nap(int64_t ns) {
  const timespec length = {0, static_cast<long>(ns)};
  nanosleep(&length, nullptr);
}

}  // namespace

int64_t MonotonicNow() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

EventLoop::~EventLoop() {
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool EventLoop::RunOne(int64_t until_ns) {
  int64_t left = until_ns - MonotonicNow();
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, GrpcDeadline(left - kCoarseNs)) ==
        grpc::CompletionQueue::GOT_EVENT) {
      static_cast<Event*>(tag)->Proceed(ok);
      return true;
    }
    left = until_ns - MonotonicNow();
    if (left <= 0) {
      return false;
    }
    if (left < kCoarseNs) {
      Nap(std::min(left, kNapNs));
      left = until_ns - MonotonicNow();
    }
  }
}

}  // namespace fleetca::loadgen

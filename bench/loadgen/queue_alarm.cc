#include "bench/loadgen/queue_alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "grpc/support/time.h"

namespace fleetca::loadgen {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

// A machine that has no timer left cannot be measured with.
int MakeTimer() {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  if (timer < 0) {
    std::abort();
  }
  return timer;
}

}  // namespace

QueueAlarm::QueueAlarm(grpc::CompletionQueue* queue)
    : queue_(queue), timer_(MakeTimer()), thread_([this] { Run(); }) {}

QueueAlarm::~QueueAlarm() { close(timer_); }

void QueueAlarm::SetFor(int64_t at_ns) {
  if (at_ns == set_for_ns_) {
    return;
  }
  set_for_ns_ = at_ns;
  itimerspec when = {};
  when.it_value.tv_sec = at_ns / kSecondNs;
  when.it_value.tv_nsec = std::max<int64_t>(1, at_ns % kSecondNs);  // zero would unset it
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

void QueueAlarm::OnRung() {
  set_for_ns_ = 0;
  on_queue_.store(false, std::memory_order_release);
}

void QueueAlarm::Stop() {
  stop_.store(true, std::memory_order_release);
  SetFor(1);  // long past
  thread_.join();
}

void QueueAlarm::Run() {
  while (!stop_.load(std::memory_order_acquire)) {
    uint64_t times = 0;
    const bool rang = read(timer_, &times, sizeof(times)) == sizeof(times);
    // While an event is on the queue, the waiting thread is about to look at the time anyway.
    if (rang && !stop_.load(std::memory_order_acquire) &&
        !on_queue_.exchange(true, std::memory_order_acq_rel)) {
      alarm_.Set(queue_, gpr_inf_past(GPR_CLOCK_MONOTONIC), this);
    }
  }
}

}  // namespace fleetca::loadgen

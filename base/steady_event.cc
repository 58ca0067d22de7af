#include "base/steady_event.h"

#include <ctime>

namespace fleetca {
namespace {

// Longer waits end after it, as if they had been set: a time that no system call takes is none.
constexpr absl::Duration kLongest = absl::Hours(24 * 365);

}  // namespace

SteadyEvent::SteadyEvent() {
  pthread_mutex_init(&mutex_, nullptr);
  pthread_condattr_t steady;
  pthread_condattr_init(&steady);
  pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
  pthread_cond_init(&changed_, &steady);
  pthread_condattr_destroy(&steady);
}

SteadyEvent::~SteadyEvent() {
  pthread_cond_destroy(&changed_);
  pthread_mutex_destroy(&mutex_);
}

void SteadyEvent::Set() {
  pthread_mutex_lock(&mutex_);
  set_ = true;
  pthread_cond_signal(&changed_);
  pthread_mutex_unlock(&mutex_);
}

void SteadyEvent::WaitFor(absl::Duration duration) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const timespec end = absl::ToTimespec(absl::DurationFromTimespec(now) +
                                        (duration < kLongest ? duration : kLongest));
  pthread_mutex_lock(&mutex_);
  while (!set_ && pthread_cond_timedwait(&changed_, &mutex_, &end) == 0) {
  }
  set_ = false;
  pthread_mutex_unlock(&mutex_);
}

}  // namespace fleetca

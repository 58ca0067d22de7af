#include "client/agent/daemon/wall_timer.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

// How long it takes at most until the wall clock is looked at again, for where nobody says that it
// was set.
constexpr int kLongestPollMilliseconds = 5'000;

// 0, or an errno.
int Clear(int descriptor) {
  uint64_t count = 0;
  return read(descriptor, &count, sizeof(count)) < 0 ? errno : 0;
}

}  // namespace

absl::StatusOr<WallTimer> WallTimer::Create() {
  Descriptor timer(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
  Descriptor wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!timer.valid() || !wake.valid()) {
    return Unavailable(Reason::kInternal,
                       absl::StrCat("The system gives no timer: ", std::strerror(errno),
                                    "; raise the limit of open files"));
  }
  return WallTimer(std::move(timer), std::move(wake));
}

WallTimer::End WallTimer::WaitUntil(absl::Time time) const {
  itimerspec spec = {};
  spec.it_value = absl::ToTimespec(time);
  if (timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr) !=
      0) {
    // The clock was set between the last wait and this one (timerfd_create(2)).
    return End::kClockSet;
  }
  pollfd waited[] = {{.fd = timer_.get(), .events = POLLIN, .revents = 0},
                     {.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  poll(waited, std::size(waited), kLongestPollMilliseconds);
  if (waited[1].revents != 0) {
    Clear(wake_.get());
    return End::kWoken;
  }
  return waited[0].revents != 0 && Clear(timer_.get()) == ECANCELED ? End::kClockSet : End::kTime;
}

void WallTimer::Wake() const {
  const uint64_t one = 1;
  // It fails when it is awake already.
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
}

}  // namespace fleetca::client

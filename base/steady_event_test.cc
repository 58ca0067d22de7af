#include "base/steady_event.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <thread>

#include "absl/time/clock.h"
#include "base/repeated_work.h"
#include "base/steady_time.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace {

// How far ahead the wall clock is that the program sees. Whatever waits for a time of it waits for
// so much longer, as the kernel's is behind: as if it were set back while it waits.
std::atomic<time_t> g_ahead_seconds{0};

}  // namespace

// These are in place of the C library's, for the whole program.
extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (clock == CLOCK_REALTIME) {
    time->tv_sec += g_ahead_seconds;
  }
  return static_cast<int>(result);
}

// What absl's waits read.
extern "C" int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}

namespace fleetca {
namespace {

TEST(SteadyEventTest, WaitsForTheTimeAndNotLonger) {
  SteadyEvent event;
  const absl::Time before = SteadyTime();
  event.WaitFor(absl::Milliseconds(20));
  EXPECT_GE(SteadyTime() - before, absl::Milliseconds(20));
  event.WaitFor(absl::ZeroDuration());
  event.WaitFor(-absl::InfiniteDuration());
  EXPECT_LT(SteadyTime() - before, absl::Seconds(30));
}

TEST(SteadyEventTest, ASetEndsAWaitAndIsRememberedForOne) {
  SteadyEvent event;
  event.Set();
  event.Set();
  event.WaitFor(absl::InfiniteDuration());
  std::thread other([&event] {
    absl::SleepFor(absl::Milliseconds(20));
    event.Set();
  });
  event.WaitFor(absl::InfiniteDuration());
  other.join();
  const absl::Time before = SteadyTime();
  event.WaitFor(absl::Milliseconds(5));
  EXPECT_GE(SteadyTime() - before, absl::Milliseconds(5));
}

TEST(SteadyEventTest, WorkGoesOnThoughTheWallClockIsSetBackWhileItWaits) {
  g_ahead_seconds = 3600;
  std::atomic<int> parts = 0;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto work,
                               RepeatedWork::Start("test", absl::Milliseconds(1), [&parts] {
                                 ++parts;
                                 return false;
                               }));
  const absl::Time before = SteadyTime();
  while (parts < 3 && SteadyTime() - before < absl::Seconds(20)) {
    usleep(1000);
  }
  EXPECT_GE(parts, 3);
  g_ahead_seconds = 0;
}

}  // namespace
}  // namespace fleetca

// A wall clock that is off, for a program that has this preloaded: by the seconds in the file that
// CLOCK_OFFSET_FILE names, a number of eight octets which may change while the program runs. Timers
// keep their pace, and what waits for a moment of the wall clock waits for that moment by the clock
// that is off. libfaketime leaves the latter to the kernel where the program calls it directly, as
// absl::CondVar does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t* mapped;

__attribute__((constructor)) static void map_offset(void) {
  const char* path = getenv("CLOCK_OFFSET_FILE");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  void* memory =
      file < 0 ? MAP_FAILED : mmap(NULL, sizeof(*mapped), PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) {
    static const char message[] = "clock_shim: CLOCK_OFFSET_FILE names no file of eight octets\n";
    (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
    _exit(127);
  }
  close(file);
  mapped = memory;
}

static int64_t offset(void) { return mapped == NULL ? 0 : *mapped; }

static int is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

// A moment of the clock that is off by the kernel's.
static struct timespec by_kernel(const struct timespec* moment) {
  struct timespec moved = *moment;
  moved.tv_sec -= offset();
  if (moved.tv_sec < 0) {
    moved.tv_sec = 0;
  }
  return moved;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*next)(clockid_t, struct timespec*);
  if (next == NULL) {
    next = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  }
  int result = next(clock, now);
  if (result == 0 && is_wall_clock(clock)) {
    now->tv_sec += offset();
  }
  return result;
}

int gettimeofday(struct timeval* now, void* zone) {
  (void)zone;
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) {
    return -1;
  }
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != NULL) {
    *seconds = now.tv_sec;
  }
  return now.tv_sec;
}

// The absolute ones are of the wall clock in the programs of the tests.
int timerfd_settime(int timer, int flags, const struct itimerspec* when,
                    struct itimerspec* before) {
  static int (*next)(int, int, const struct itimerspec*, struct itimerspec*);
  if (next == NULL) {
    next = (int (*)(int, int, const struct itimerspec*, struct itimerspec*))dlsym(
        RTLD_NEXT, "timerfd_settime");
  }
  struct itimerspec moved = *when;
  if ((flags & TFD_TIMER_ABSTIME) != 0 &&
      (when->it_value.tv_sec != 0 || when->it_value.tv_nsec != 0)) {
    moved.it_value = by_kernel(&when->it_value);
    // Zero would be no timer at all.
    moved.it_value.tv_nsec += moved.it_value.tv_sec == 0 && moved.it_value.tv_nsec == 0 ? 1 : 0;
  }
  return next(timer, flags, &moved, before);
}

long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (next == NULL) {
    next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  }
  va_list list;
  va_start(list, number);
  long arguments[6];
  for (int i = 0; i < 6; ++i) {
    arguments[i] = va_arg(list, long);
  }
  va_end(list);
  struct timespec moved;
  if (number == SYS_futex && arguments[3] != 0 &&
      (arguments[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
      (arguments[1] & FUTEX_CLOCK_REALTIME) != 0) {
    moved = by_kernel((const struct timespec*)arguments[3]);
    arguments[3] = (long)&moved;
  }
  return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
              arguments[5]);
}

// Clocks of CPU time, in seconds.
#ifndef FLEETCA_BENCH_CPU_TIME_H_
#define FLEETCA_BENCH_CPU_TIME_H_

#include <time.h>

namespace fleetca::bench {

inline double ClockSeconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of the calling thread.
inline double ThreadCpuSeconds() { return ClockSeconds(CLOCK_THREAD_CPUTIME_ID); }
// Of all threads of the process together.
inline double ProcessCpuSeconds() { return ClockSeconds(CLOCK_PROCESS_CPUTIME_ID); }
// Of the wall; since an arbitrary start.
inline double WallSeconds() { return ClockSeconds(CLOCK_MONOTONIC); }

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_CPU_TIME_H_

// What a benchmark expects of its own set-up and of every result: anything else ends the process,
// because a time of something that failed is no time.
#ifndef FLEETCA_BENCH_CHECK_H_
#define FLEETCA_BENCH_CHECK_H_

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/openssl.h"

namespace fleetca::bench {

inline void Check(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "benchmark: %s failed %s\n", what, DrainOpenSslErrors().c_str());
    std::abort();
  }
}

inline void CheckOk(const absl::Status& status, const char* what) {
  if (!status.ok()) {
    std::fprintf(stderr, "benchmark: %s failed: %s\n", what, status.ToString().c_str());
    std::abort();
  }
}

template <typename T>
T OrDie(absl::StatusOr<T> value, const char* what) {
  CheckOk(value.status(), what);
  return *std::move(value);
}

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_CHECK_H_

// Counts one Write in a store's statistics.
#ifndef FLEETCA_STORE_RECORDS_COMMIT_TIMER_H_
#define FLEETCA_STORE_RECORDS_COMMIT_TIMER_H_

#include <chrono>
#include <cstddef>

#include "store/store_stats.h"

namespace fleetca::store {

// Starts with the Write; Done notes it when it succeeded. Thread-compatible.
class CommitTimer {
 public:
  void Done(size_t records, StoreStats& stats) const {
    stats.commit_records.Record(records);
    stats.commit_microseconds.Record(std::chrono::duration_cast<std::chrono::microseconds>(
                                         std::chrono::steady_clock::now() - start_)
                                         .count());
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_COMMIT_TIMER_H_

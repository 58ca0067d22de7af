// What a store counts about itself.
#ifndef FLEETCA_STORE_STORE_STATS_H_
#define FLEETCA_STORE_STORE_STATS_H_

#include "base/histogram.h"

namespace fleetca::store {

// Totals since it was opened. Thread-safe.
struct StoreStats {
  Histogram commit_records;       // records of each successful Write
  Histogram commit_microseconds;  // of each successful Write, from its start to its durability
  Histogram sync_microseconds;    // of each sync of the log; empty where there is no log
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_STORE_STATS_H_

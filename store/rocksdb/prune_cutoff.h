// Which certificates of a running store are pruned. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_PRUNE_CUTOFF_H_
#define FLEETCA_STORE_ROCKSDB_PRUNE_CUTOFF_H_

#include <atomic>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "store/records/keys.h"
#include "store/records/prune_mark.h"

namespace fleetca::store {

// Asked by every look-up and by compactions. Outlives a database that is closed and opened again.
// Thread-safe; one thread at a time sets it.
class PruneCutoff {
 public:
  bool IsPast(absl::string_view serial) const {
    return ExpiryPrefixOf(serial) < before_.load(std::memory_order_acquire);
  }
  // Whether parts of what belongs to the serial may be gone, though it is not past the cutoff now:
  // an operator set the store's time back.
  bool WasEverPast(absl::string_view serial) const {
    return ExpiryPrefixOf(serial) < ever_before_.load(std::memory_order_acquire);
  }

  PruneMark mark() const { return {before_.load(), ever_before_.load()}; }
  void Set(const PruneMark& mark) {
    ever_before_.store(mark.ever_before);
    before_.store(mark.before, std::memory_order_release);
  }

 private:
  std::atomic<uint32_t> before_{0};
  std::atomic<uint32_t> ever_before_{0};
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_PRUNE_CUTOFF_H_

// Goes through copies of what a store in memory holds. Private to the memory target.
#ifndef FLEETCA_STORE_MEMORY_VISIT_ALL_H_
#define FLEETCA_STORE_MEMORY_VISIT_ALL_H_

#include <vector>

#include "absl/status/status.h"

namespace fleetca::store {

// The visitor may call the store, so it gets copies and holds no lock.
template <typename Item, typename Visitor>
absl::Status VisitAll(const std::vector<Item>& items, Visitor visitor) {
  for (const Item& item : items) {
    if (!visitor(item)) {
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_MEMORY_VISIT_ALL_H_

#include "service/rpc/reader_turns.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"

namespace fleetca::service {

std::vector<size_t> InTurns(absl::Span<const WaitingReader> waiting) {
  std::vector<size_t> order(waiting.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t one, size_t other) {
    return waiting[one].told_at < waiting[other].told_at;
  });
  // Which of its identity's each is.
  std::vector<size_t> round(waiting.size());
  absl::flat_hash_map<absl::string_view, size_t> seen;
  for (const size_t reader : order) {
    round[reader] = seen[waiting[reader].identity]++;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t one, size_t other) { return round[one] < round[other]; });
  return order;
}

}  // namespace fleetca::service

// What drives a whole issuing cycle in a benchmark.
#ifndef FLEETCA_BENCH_ISSUING_FIXTURE_H_
#define FLEETCA_BENCH_ISSUING_FIXTURE_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "store/memory/memory_store.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::bench {

// Issuances for one batch, used again and again with other CSRs. Not thread-safe: one a thread.
class IssuanceBatch {
 public:
  IssuanceBatch(KeyType subscriber, size_t size, bool with_request_ids);

  // Issues for the next CSRs, with new request ids. What is refused is fatal.
  void Issue(service::Issuer& issuer);

  size_t size() const { return pointers_.size(); }

 private:
  const std::vector<std::string>& csrs_;
  const bool with_request_ids_;
  std::deque<testing::RecordingIssuance> issuances_;
  std::vector<service::Issuance*> pointers_;
  std::vector<std::string> request_ids_;
  size_t next_ = 0;
};

// Empties a memory store that has grown: the memory of a long benchmark stays flat.
inline void KeepSmall(store::MemoryStore& store) {
  if (store.size() > 4096) {
    store.Clear();
  }
}

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_ISSUING_FIXTURE_H_

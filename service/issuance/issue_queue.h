// The requests that wait for a worker, in turns among those who ask.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUE_QUEUE_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUE_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/fair_queue.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issue_cost.h"

namespace fleetca::service {

// Requests that found no room. Totals since the start.
struct IssueQueueStats {
  std::atomic<uint64_t> queue_full{0};
  std::atomic<uint64_t> share_full{0};

  uint64_t refused() const { return queue_full + share_full; }
};

// A flow of the fair queue (base/fair_queue.h) is one identity with a certificate. Callers with a
// join token or a JWT are one flow together, since a stranger can show as many tokens as they like.
// A turn is counted in the cost of what is asked. Thread-safe.
class IssueQueue {
 public:
  using Batch = FairQueue<Issuance*>::Batch;
  using Consumer = FairQueue<Issuance*>::Consumer;

  struct Options {
    size_t capacity = 10000;
    // The issuing key, as a SubjectPublicKeyInfo.
    absl::string_view issuer_key;
    // Whether proofs of possession by P-256 keys are verified in lanes just now, and so cost little
    // (IssueCosts). Null where they never are.
    std::function<bool()> possession_in_lanes;
    // How many work at once; they share the backlog that a refusal's retry delay is told from.
    size_t workers = 1;
    // Outlives the queue.
    const Clock* clock = &Clock::System();
  };

  explicit IssueQueue(const Options& options);
  IssueQueue(const IssueQueue&) = delete;
  IssueQueue& operator=(const IssueQueue&) = delete;

  // Queues from the front those for which there is room, and returns how many; the refusal is of
  // the others, which stay the caller's to answer: RESOURCE_EXHAUSTED kCallerShareFull or
  // kQueueFull, with a retry delay. All are of one caller.
  size_t TryPush(absl::Span<Issuance* const> issuances, absl::Status* refusal);

  // Whether `count` requests of the caller are worth reading: OK when half of them or more would
  // find room now, or none of the caller waits yet; else TryPush's refusal of all of them, which is
  // counted as that one is.
  absl::Status CheckRoom(const Caller& caller, size_t count);

  // What waits, up to `max_items` and to the cost of as many everyday requests; see
  // FairQueue::PopBatch. The batch also has the issuances whose caller has gone or whose deadline
  // has passed: the issuer answers them for next to nothing.
  [[nodiscard]] bool PopBatch(Consumer consumer, size_t max_items, Batch* batch);

  // Takes again what was popped and waits for another request (Issuer::IssueBatch): it is next.
  void PutBack(absl::Span<Issuance* const> issuances);

  // Counts for the caller what a refused proof of possession cost beyond its price. To be called
  // before the batch that had it is given back.
  void ChargeRefusedProof(const Caller& caller);

  void Close() { queue_.Close(); }
  size_t size() const { return queue_.size(); }
  size_t capacity() const { return queue_.capacity(); }
  const IssueQueueStats& stats() const { return stats_; }

 private:
  // Counts the refusal of so many, and makes it.
  absl::Status Refuse(const FairQueue<Issuance*>::Pushed& pushed, size_t count);

  const IssueCosts costs_;
  const size_t workers_;
  const Clock& clock_;
  FairQueue<Issuance*> queue_;
  IssueQueueStats stats_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUE_QUEUE_H_

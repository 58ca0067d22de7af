// The threads that empty the queue.
#ifndef FLEETCA_SERVICE_ISSUANCE_WORKERS_H_
#define FLEETCA_SERVICE_ISSUANCE_WORKERS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/thread.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/issuer.h"

namespace fleetca::service {

// Pops what waits, work-conserving and without a timer, and gives it to the issuer as a batch. One
// thread more than asked for is the reserve: it works for callers of whom nothing is under way,
// when all others are busy. Thread-compatible. `queue` and `issuer` outlive it.
class IssueWorkers {
 public:
  // The errors of Thread::Start.
  static absl::StatusOr<std::unique_ptr<IssueWorkers>> Start(IssueQueue& queue, Issuer& issuer,
                                                             size_t threads, size_t max_batch);
  IssueWorkers(const IssueWorkers&) = delete;
  IssueWorkers& operator=(const IssueWorkers&) = delete;
  // Closes the queue, finishes what is in it and joins the threads.
  ~IssueWorkers();

 private:
  explicit IssueWorkers(IssueQueue& queue) : queue_(queue) {}

  IssueQueue& queue_;
  std::vector<Thread> threads_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_WORKERS_H_

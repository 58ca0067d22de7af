// The threads that empty the queue.
#ifndef FLEETCA_SERVICE_WORKERS_H_
#define FLEETCA_SERVICE_WORKERS_H_

#include <cstddef>
#include <thread>
#include <vector>

#include "service/issue_queue.h"
#include "service/issuer.h"

namespace fleetca::service {

// Pops what waits, work-conserving and without a timer, and gives it to the issuer as a batch. One
// thread more than asked for is the reserve: it works for callers of whom nothing is under way,
// when all others are busy. Thread-compatible. `queue` and `issuer` outlive it.
class IssueWorkers {
 public:
  IssueWorkers(IssueQueue& queue, Issuer& issuer, size_t threads, size_t max_batch);
  IssueWorkers(const IssueWorkers&) = delete;
  IssueWorkers& operator=(const IssueWorkers&) = delete;
  // Closes the queue, finishes what is in it and joins the threads.
  ~IssueWorkers();

 private:
  IssueQueue& queue_;
  std::vector<std::thread> threads_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_WORKERS_H_

#include "service/workers.h"

#include "base/throughput_scheduling.h"

namespace fleetca::service {

IssueWorkers::IssueWorkers(IssueQueue& queue, Issuer& issuer, size_t threads, size_t max_batch)
    : queue_(queue) {
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([&queue, &issuer, max_batch] {
      ScheduleThisThreadAtOnce();
      std::vector<Issuance*> batch;
      batch.reserve(max_batch);
      while (queue.PopBatch(max_batch, batch)) {
        issuer.IssueBatch(batch);
      }
    });
  }
}

IssueWorkers::~IssueWorkers() {
  queue_.Close();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

}  // namespace fleetca::service

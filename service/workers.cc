#include "service/workers.h"

#include "base/throughput_scheduling.h"

namespace fleetca::service {

IssueWorkers::IssueWorkers(IssueQueue& queue, Issuer& issuer, size_t threads, size_t max_batch)
    : queue_(queue) {
  threads_.reserve(threads + 1);
  for (size_t i = 0; i <= threads; ++i) {
    const auto consumer =
        i < threads ? IssueQueue::Consumer::kOrdinary : IssueQueue::Consumer::kReserve;
    threads_.emplace_back([&queue, &issuer, max_batch, consumer] {
      ScheduleThisThreadAtOnce();
      IssueQueue::Batch batch;
      std::vector<Issuance*> again;
      while (queue.PopBatch(consumer, max_batch, &batch)) {
        issuer.IssueBatch(batch.items(), &again);
        queue.PutBack(again);
        again.clear();
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

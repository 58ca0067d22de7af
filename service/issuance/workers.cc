#include "service/issuance/workers.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "base/throughput_scheduling.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<IssueWorkers>> IssueWorkers::Start(IssueQueue& queue, Issuer& issuer,
                                                                  size_t threads,
                                                                  size_t max_batch) {
  auto workers = absl::WrapUnique(new IssueWorkers(queue));
  for (size_t i = 0; i <= threads; ++i) {
    const auto consumer =
        i < threads ? IssueQueue::Consumer::kOrdinary : IssueQueue::Consumer::kReserve;
    const auto work = [&queue, &issuer, max_batch, consumer] {
      ScheduleThisThreadAtOnce();
      IssueQueue::Batch batch;
      std::vector<Issuance*> again;
      while (queue.PopBatch(consumer, max_batch, &batch)) {
        issuer.IssueBatch(batch.items(), &again);
        queue.PutBack(again);
        again.clear();
      }
    };
    FLEETCA_ASSIGN_OR_RETURN(Thread thread, Thread::Start("issue", work));
    workers->threads_.push_back(std::move(thread));
  }
  return workers;
}

IssueWorkers::~IssueWorkers() {
  queue_.Close();
  threads_.clear();  // joins them
}

}  // namespace fleetca::service

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
      while (queue.PopBatch(consumer, max_batch, &batch)) {
        BatchRest rest;
        issuer.IssueBatch(batch.items(), &rest);
        queue.PutBack(rest.again);
        for (const std::shared_ptr<const Caller>& caller : rest.unproven) {
          queue.ChargeRefusedProof(*caller);
        }
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

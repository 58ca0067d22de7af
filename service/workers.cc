#include "service/workers.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "base/throughput_scheduling.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<IssueWorkers>> IssueWorkers::Start(IssueQueue& queue, Issuer& issuer,
                                                                  size_t threads,
                                                                  size_t max_batch) {
  auto workers = absl::WrapUnique(new IssueWorkers(queue));
  for (size_t i = 0; i < threads; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(Thread thread, Thread::Start("issue", [&queue, &issuer, max_batch] {
                               ScheduleThisThreadAtOnce();
                               std::vector<Issuance*> batch;
                               batch.reserve(max_batch);
                               while (queue.PopBatch(max_batch, batch)) {
                                 issuer.IssueBatch(batch);
                               }
                             }));
    workers->threads_.push_back(std::move(thread));
  }
  return workers;
}

IssueWorkers::~IssueWorkers() {
  queue_.Close();
  threads_.clear();  // joins them
}

}  // namespace fleetca::service

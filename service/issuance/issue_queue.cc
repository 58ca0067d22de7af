#include "service/issuance/issue_queue.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

// Everyday requests of the start that one turn is worth: few, so that turns come round soon, and
// more than one, so that a batch gathers what belongs together.
constexpr uint64_t kTurn = 8;

// A batch may cost so much more than everyday requests that a few larger CSRs do not split it.
constexpr double kBatchSlack = 1.25;

// Bounds of what a refusal says: long enough for the asking to be worth it, short enough for a
// guess that was wrong.
constexpr absl::Duration kShortestRetry = absl::Milliseconds(100);
constexpr absl::Duration kLongestRetry = absl::Seconds(30);

absl::string_view FlowOf(const Caller& caller) {
  return ShowsToken(caller) ? absl::string_view() : IdentityOf(caller);
}

}  // namespace

IssueQueue::IssueQueue(const Options& options)
    : costs_(options.issuer_key, options.possession_in_lanes),
      workers_(std::max<size_t>(1, options.workers)),
      clock_(*options.clock),
      queue_(options.capacity, kTurn * costs_.Typical()) {}

size_t IssueQueue::TryPush(absl::Span<Issuance* const> issuances, absl::Status* refusal) {
  if (issuances.empty()) {
    return 0;
  }
  absl::InlinedVector<FairQueue<Issuance*>::Item, 1> items;
  items.reserve(issuances.size());
  for (Issuance* issuance : issuances) {
    items.push_back({issuance, costs_.OfRequest(issuance->request)});
  }
  // When this returns, those that are queued may have been answered and be gone.
  const FairQueue<Issuance*>::Pushed pushed =
      queue_.TryPush(FlowOf(*issuances.front()->caller), absl::MakeSpan(items));
  if (pushed.count < issuances.size()) {
    *refusal = Refuse(pushed, issuances.size() - pushed.count);
  }
  return pushed.count;
}

absl::Status IssueQueue::CheckRoom(const Caller& caller, size_t count) {
  const FairQueue<Issuance*>::Pushed room = queue_.LookForRoom(FlowOf(caller), count);
  // Where nothing of the caller waits, what fits is progress, however small the queue is.
  return room.held == 0 || 2 * room.count >= count ? absl::OkStatus() : Refuse(room, count);
}

void IssueQueue::PutBack(absl::Span<Issuance* const> issuances) {
  for (size_t i = issuances.size(); i > 0; --i) {
    Issuance* const issuance = issuances[i - 1];
    queue_.PutBack(FlowOf(*issuance->caller), {issuance, costs_.OfRequest(issuance->request)});
  }
}

void IssueQueue::ChargeRefusedProof(const Caller& caller) {
  queue_.Charge(FlowOf(caller), costs_.OfRefusedProof());
}

absl::Status IssueQueue::Refuse(const FairQueue<Issuance*>::Pushed& pushed, size_t count) {
  (pushed.queue_full ? stats_.queue_full : stats_.share_full)
      .fetch_add(count, std::memory_order_relaxed);
  const absl::Duration delay =
      std::clamp(absl::Microseconds(pushed.backlog / workers_), kShortestRetry, kLongestRetry);
  const std::string when =
      absl::StrCat("; retry in ", absl::FormatDuration(absl::Ceil(delay, absl::Milliseconds(1))),
                   " with the same request_id");
  return WithRetryDelay(
      pushed.queue_full
          ? ResourceExhausted(Reason::kQueueFull,
                              absl::StrCat("The CA has more requests than it can take", when))
          : ResourceExhausted(
                Reason::kCallerShareFull,
                absl::StrCat("The requests of this caller that wait have filled its share of "
                             "the CA's queue; keep fewer under way",
                             when)),
      delay);
}

bool IssueQueue::PopBatch(Consumer consumer, size_t max_items, Batch* batch) {
  const auto max_cost =
      static_cast<uint64_t>(kBatchSlack * static_cast<double>(max_items * costs_.Typical()));
  std::optional<absl::Time> now;  // read once the wait is over
  const auto is_gone = [this, &now](const Issuance* issuance) {
    if (!now.has_value()) {
      now = clock_.Now();
    }
    return issuance->cancelled.load(std::memory_order_relaxed) || *now >= issuance->deadline;
  };
  return queue_.PopBatch(consumer, {max_items, max_cost}, is_gone, batch);
}

}  // namespace fleetca::service

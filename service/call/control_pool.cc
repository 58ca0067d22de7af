#include "service/call/control_pool.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

// A synced write on an ordinary disk, from which a refusal tells when to come back.
constexpr absl::Duration kUsualCost = absl::Milliseconds(10);
// Bounds of what it tells: long enough for the asking to be worth it, short enough for a guess that
// was wrong.
constexpr absl::Duration kShortestRetry = absl::Milliseconds(100);
constexpr absl::Duration kLongestRetry = absl::Seconds(30);

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPool>> ControlPool::Start(Options options) {
  auto pool = absl::WrapUnique(new ControlPool(options));
  for (int i = 0; i < options.threads; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(Thread thread,
                             Thread::Start("control", [raw = pool.get()] { raw->Work(); }));
    pool->threads_.push_back(std::move(thread));
  }
  return pool;
}

ControlPool::~ControlPool() {
  queue_.Close();
  threads_.clear();  // joins them
}

absl::Status ControlPool::Submit(absl::string_view caller, ControlWork& work) {
  Queue::Item item{&work};
  const Queue::Pushed pushed = queue_.TryPush(caller, absl::MakeSpan(&item, 1));
  return pushed.count == 1 ? absl::OkStatus() : Refuse(caller, pushed);
}

absl::Status ControlPool::Refuse(absl::string_view caller, const Queue::Pushed& pushed) {
  uint64_t suppressed = 0;
  if (refusals_.Allow(absl::Now(), &suppressed)) {
    log::Warning("A call was refused, as too many of its kind wait for the store",
                 {{"about", options_.about},
                  {"caller", caller},
                  {"waiting", size()},
                  {"not_logged_before", suppressed}});
  }
  const absl::Duration delay =
      std::clamp(kUsualCost * static_cast<double>(pushed.backlog) / std::max(1, options_.threads),
                 kShortestRetry, kLongestRetry);
  const std::string when =
      absl::StrCat("; retry in ", absl::FormatDuration(absl::Ceil(delay, absl::Milliseconds(1))));
  return WithRetryDelay(
      pushed.queue_full
          ? ResourceExhausted(Reason::kQueueFull,
                              absl::StrCat("The CA has more calls about ", options_.about,
                                           " than it can take", when))
          : ResourceExhausted(
                Reason::kCallerShareFull,
                absl::StrCat("The calls of this caller that wait have filled its share of what the "
                             "CA takes about ",
                             options_.about, "; keep fewer under way", when)),
      delay);
}

void ControlPool::Work() {
  const auto is_gone = [](const ControlWork* work) { return work->IsGone(); };
  Queue::Batch batch;
  // One at a time: what waits behind a slow one should find another thread.
  while (queue_.PopBatch(Queue::Consumer::kOrdinary, {.items = 1, .cost = 1}, is_gone, &batch)) {
    for (ControlWork* work : batch.items()) {
      work->Do();
    }
  }
}

}  // namespace fleetca::service

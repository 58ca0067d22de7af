// A bounded queue between many producers and the workers, shared fairly among flows.
#ifndef FLEETCA_BASE_FAIR_QUEUE_H_
#define FLEETCA_BASE_FAIR_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace fleetca {

// A flow is what one producer queues, first in, first out. Flows take turns, counted in the cost of
// their items, so that over time each flow that waits gets the same cost taken, however many items
// it has and whatever each costs: start-time fair queueing (Goyal, Vin and Cheng 1996). Every flow
// has a tag, the cost that was taken of it so far; the least tag is next. A flow that comes after a
// pause starts at the tag that is being served, so it goes before all that have more queued, and
// gains nothing by having paused.
//
// A consumer takes what waits at once, without a timer, and up to its limits. A reserve consumer
// takes something only while all ordinary consumers are busy, and only from flows of which nothing
// is under way and from which no more than their even part was taken. So a flow with few items does
// not wait until a batch of a flow with many items is done.
//
// A flow may hold as many items as there are places left free: alone half of the capacity, and each
// of n greedy flows one part in n + 1. A flow that comes late finds room therefore. Memory is
// bounded by the capacity.
//
// Thread-safe.
template <typename T>
class FairQueue {
  struct Flow;

 public:
  struct Item {
    T value;
    uint64_t cost = 1;
  };

  // What became of a push.
  struct Pushed {
    size_t count = 0;  // items taken in, from the front
    size_t held = 0;   // items of the flow that waited already
    // Why the other items were not taken in. True: the queue is full, although the flow has less
    // than an even part of it. False: the flow has its share.
    bool queue_full = false;
    // Where some items were not taken in: the most cost that consumers take from the queue before
    // all items that the flow has in it are taken.
    uint64_t backlog = 0;
  };

  enum class Consumer { kOrdinary, kReserve };

  // How much one consumer takes at once, at least 1 each. A first item is taken whatever it costs.
  struct Limits {
    size_t items = 1;
    uint64_t cost = 1;
  };

  // Items on their way through one consumer. They count as under way until the queue gets the batch
  // back.
  class Batch {
   public:
    absl::Span<const T> items() const { return items_; }

   private:
    friend class FairQueue;
    std::vector<T> items_;
    std::vector<std::pair<Flow*, size_t>> flows_;  // how many items of each
  };

  // `turn` is the cost that is taken from a flow before the next one is looked at.
  FairQueue(size_t capacity, uint64_t turn) : capacity_(capacity), turn_(turn) {}
  FairQueue(const FairQueue&) = delete;
  FairQueue& operator=(const FairQueue&) = delete;

  // Moves items from the front of `items` to the end of the flow while it may hold more. A closed
  // queue takes none.
  Pushed TryPush(absl::string_view flow_key, absl::Span<Item> items) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    Flow* flow = FindFlow(flow_key);
    const size_t held = flow == nullptr ? 0 : flow->items.size();
    Pushed pushed{.count = std::min(items.size(), RoomFor(held)), .held = held};
    if (pushed.count > 0) {
      flow = flow == nullptr ? &AddFlow(flow_key) : flow;
      if (held == 0) {
        ComeToWait(*flow);
      }
      for (Item& item : items.first(pushed.count)) {
        flow->cost += item.cost;
        cost_ += item.cost;
        flow->items.push_back(std::move(item));
      }
      size_ += pushed.count;
    }
    if (pushed.count < items.size()) {
      SayWhy(flow, &pushed);
    }
    return pushed;
  }

  // What TryPush would say to that many items of the flow, without taking any: for those to whom
  // the items themselves are work.
  Pushed LookForRoom(absl::string_view flow_key, size_t items) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const Flow* flow = FindFlow(flow_key);
    const size_t held = flow == nullptr ? 0 : flow->items.size();
    Pushed pushed{.count = std::min(items, RoomFor(held)), .held = held};
    if (pushed.count < items) {
      SayWhy(flow, &pushed);
    }
    return pushed;
  }

  // Puts an item that was popped, and was not worked on, at the front of its flow, also where the
  // queue is full or closed.
  void PutBack(absl::string_view flow_key, Item item) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto found = flows_.find(flow_key);
    Flow& flow = found == flows_.end() ? AddFlow(flow_key) : *found->second;
    if (flow.items.empty()) {
      ComeToWait(flow);
    }
    flow.cost += item.cost;
    cost_ += item.cost;
    ++size_;
    flow.items.push_front(std::move(item));
  }

  // Gives back what `batch` held, waits for at least one item, and fills it. Items for which
  // `is_gone` holds have no one left who waits for them: they cost their flow nothing and count
  // against no limit. Returns false when the queue is closed and empty.
  template <typename IsGone>
  [[nodiscard]] bool PopBatch(Consumer consumer, Limits limits, const IsGone& is_gone, Batch* batch)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    TakeBack(batch);
    if (consumer == Consumer::kReserve) {
      mutex_.Await(absl::Condition(this, &FairQueue::ReserveIsNeeded));
    } else {
      ++idle_consumers_;
      mutex_.Await(absl::Condition(this, &FairQueue::HasItems));
      --idle_consumers_;
    }
    uint64_t cost = 0;
    size_t live = 0;
    bool full = false;
    while (!full) {
      Flow* const flow = NextFlow(consumer);
      if (flow == nullptr) {
        break;
      }
      EndToWait(*flow);
      const uint64_t tag = flow->tag;
      const size_t before = batch->items_.size();
      full = TakeTurn(*flow, limits, is_gone, &live, &cost, batch);
      const size_t taken = batch->items_.size() - before;
      if (taken > 0) {
        now_ = std::max(now_, tag);
        flow->under_way += taken;
        under_way_ += taken;
        flow->number = ++last_number_;
        batch->flows_.emplace_back(flow, taken);
      }
      if (!flow->items.empty()) {
        BeginToWait(*flow);
      }
    }
    ForgetPaused();
    return !batch->items_.empty();
  }

  // Counts `cost` as taken from the flow, besides that of its items: those of a batch that is not
  // given back yet were dearer than they seemed.
  void Charge(absl::string_view flow_key, uint64_t cost) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    Flow* const flow = FindFlow(flow_key);
    if (flow == nullptr) {
      return;
    }
    if (flow->items.empty()) {
      const bool paused = paused_.erase({flow->tag, flow->number, flow}) > 0;
      flow->tag += cost;
      if (paused) {
        paused_.emplace(flow->tag, flow->number, flow);
      }
    } else {
      EndToWait(*flow);
      flow->tag += cost;
      BeginToWait(*flow);
    }
  }

  // Says that what `batch` holds is done, and empties it.
  void GiveBack(Batch* batch) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    TakeBack(batch);
  }

  // Refuses further items; what is queued is still popped.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return size_;
  }

  // That are remembered.
  size_t flows() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return flows_.size();
  }

  size_t capacity() const { return capacity_; }

 private:
  struct Flow {
    std::string key;
    std::deque<Item> items;
    uint64_t cost = 0;  // of the items
    uint64_t tag = 0;
    uint64_t number = 0;  // among equal tags, who began to wait first is first
    size_t under_way = 0;
  };
  using Ordered = absl::btree_set<std::tuple<uint64_t, uint64_t, Flow*>>;

  // How many gone items one batch takes at most, beside its own, so that the batch stays bounded.
  static constexpr size_t kMaxGone = 256;

  bool HasItems() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || size_ > 0; }
  bool ReserveIsNeeded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || (idle_consumers_ == 0 && NextFlow(Consumer::kReserve) != nullptr);
  }

  Flow* NextFlow(Consumer consumer) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (consumer == Consumer::kReserve && !closed_) {
      return fresh_.empty() || std::get<0>(*fresh_.begin()) > now_ ? nullptr
                                                                   : std::get<2>(*fresh_.begin());
    }
    if (fresh_.empty() || served_.empty()) {
      const Ordered& flows = fresh_.empty() ? served_ : fresh_;
      return flows.empty() ? nullptr : std::get<2>(*flows.begin());
    }
    return std::get<2>(std::min(*fresh_.begin(), *served_.begin()));
  }

  Flow* FindFlow(absl::string_view flow_key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto found = flows_.find(flow_key);
    return found == flows_.end() ? nullptr : found->second.get();
  }

  // How many more a flow that holds `held` may have: as many as leave no fewer places free than the
  // flow then holds.
  size_t RoomFor(size_t held) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const size_t free = closed_ || size_ >= capacity_ ? 0 : capacity_ - size_;
    return held >= free ? 0 : (free - held + 1) / 2;
  }

  // Why the flow, which is null where it holds nothing, got no more room than `pushed` says.
  void SayWhy(const Flow* flow, Pushed* pushed) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const size_t flows = fresh_.size() + served_.size();
    pushed->queue_full =
        flow == nullptr ? pushed->count == 0 : flow->items.size() < capacity_ / (flows + 1);
    pushed->backlog =
        pushed->queue_full || flow == nullptr ? cost_ : std::min(cost_, flow->cost * flows);
  }

  Flow& AddFlow(absl::string_view key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto flow = std::make_unique<Flow>();
    flow->key = std::string(key);
    return *flows_.try_emplace(flow->key, std::move(flow)).first->second;
  }

  Ordered& WaitingWith(const Flow& flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return flow.under_way == 0 ? fresh_ : served_;
  }

  // Of a flow that is new, or had no items.
  void ComeToWait(Flow& flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    paused_.erase({flow.tag, flow.number, &flow});
    flow.tag = std::max(flow.tag, now_);
    flow.number = ++last_number_;
    BeginToWait(flow);
  }
  void BeginToWait(Flow& flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    WaitingWith(flow).emplace(flow.tag, flow.number, &flow);
  }
  void EndToWait(Flow& flow) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    WaitingWith(flow).erase({flow.tag, flow.number, &flow});
  }

  // Moves items into the batch until the flow is empty, its turn is over or the batch is full,
  // which it returns.
  template <typename IsGone>
  [[nodiscard]] bool TakeTurn(Flow& flow, Limits limits, const IsGone& is_gone, size_t* live,
                              uint64_t* cost, Batch* batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    uint64_t taken = 0;
    while (!flow.items.empty()) {
      Item& item = flow.items.front();
      if (is_gone(item.value)) {
        if (batch->items_.size() - *live >= kMaxGone) {
          return true;
        }
      } else {
        if (*live >= limits.items || (*live > 0 && *cost + item.cost > limits.cost)) {
          return true;
        }
        if (taken > 0 && taken + item.cost > turn_) {
          return false;
        }
        taken += item.cost;
        flow.tag += item.cost;
        *cost += item.cost;
        ++*live;
      }
      flow.cost -= item.cost;
      cost_ -= item.cost;
      --size_;
      batch->items_.push_back(std::move(item.value));
      flow.items.pop_front();
    }
    return false;
  }

  void TakeBack(Batch* batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (const auto& [flow, count] : batch->flows_) {
      const bool waits = !flow->items.empty();
      if (waits) {
        EndToWait(*flow);
      }
      flow->under_way -= count;
      under_way_ -= count;
      if (waits) {
        BeginToWait(*flow);
      } else if (flow->under_way == 0) {
        paused_.emplace(flow->tag, flow->number, flow);
      }
    }
    batch->flows_.clear();
    batch->items_.clear();
    ForgetPaused();
  }

  // A flow that paused is remembered while it had more than its part: it could come back as another
  // one otherwise. Where nobody else waits, that does not matter.
  void ForgetPaused() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool quiet = size_ == 0 && under_way_ == 0;
    while (!paused_.empty() && (quiet || std::get<0>(*paused_.begin()) <= now_ ||
                                paused_.size() > std::max(capacity_, size_t{1}))) {
      Flow* const flow = std::get<2>(*paused_.begin());
      paused_.erase(paused_.begin());
      flows_.erase(flows_.find(flow->key));
    }
  }

  const size_t capacity_;
  const uint64_t turn_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::unique_ptr<Flow>> flows_ ABSL_GUARDED_BY(mutex_);
  // Those that have items: of which nothing is under way, and of which something is. And those that
  // have none, and nothing under way.
  Ordered fresh_ ABSL_GUARDED_BY(mutex_);
  Ordered served_ ABSL_GUARDED_BY(mutex_);
  Ordered paused_ ABSL_GUARDED_BY(mutex_);
  uint64_t now_ ABSL_GUARDED_BY(mutex_) = 0;  // the largest tag that was served
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t cost_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t idle_consumers_ ABSL_GUARDED_BY(mutex_) = 0;  // ordinary ones that wait
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_FAIR_QUEUE_H_

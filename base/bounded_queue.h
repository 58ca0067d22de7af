// A bounded queue between many producers and the workers, popped in batches.
#ifndef FLEETCA_BASE_BOUNDED_QUEUE_H_
#define FLEETCA_BASE_BOUNDED_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace fleetca {

// First in, first out. A consumer takes whatever waits, up to a limit, at once and without a timer:
// one item when the load is light, full batches when it is heavy. Thread-safe.
template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  // Moves items from the front of `items` into the queue while there is room, and returns how many:
  // fewer than given when the queue is full, 0 when it is closed.
  size_t TryPush(absl::Span<T> items) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (closed_) {
      return 0;
    }
    const size_t count = std::min(items.size(), capacity_ - std::min(capacity_, items_.size()));
    for (size_t i = 0; i < count; ++i) {
      items_.push_back(std::move(items[i]));
    }
    return count;
  }

  // Waits for at least one item and moves up to `max` into `batch`, which is emptied first. Returns
  // false when the queue is closed and empty: there is nothing left to do.
  bool PopBatch(size_t max, std::vector<T>& batch) ABSL_LOCKS_EXCLUDED(mutex_) {
    batch.clear();
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &BoundedQueue::Ready));
    const size_t count = std::min(max, items_.size());
    for (size_t i = 0; i < count; ++i) {
      batch.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return count > 0;
  }

  // Refuses further items; what is queued is still popped.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return items_.size();
  }

  size_t capacity() const { return capacity_; }

 private:
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !items_.empty(); }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_BOUNDED_QUEUE_H_

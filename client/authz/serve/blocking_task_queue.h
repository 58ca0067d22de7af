// Threads that work off a bounded queue.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_BLOCKING_TASK_QUEUE_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_BLOCKING_TASK_QUEUE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace fleetca::client {

// As many tasks wait as there are threads; who brings another waits too. Thread-safe.
class BlockingTaskQueue {
 public:
  explicit BlockingTaskQueue(size_t threads) : capacity_(threads) {
    for (size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }
  BlockingTaskQueue(const BlockingTaskQueue&) = delete;
  BlockingTaskQueue& operator=(const BlockingTaskQueue&) = delete;
  ~BlockingTaskQueue() { Finish(); }

  void Push(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &BlockingTaskQueue::HasRoom));
    tasks_.push_back(std::move(task));
  }

  // Returns when every task that was pushed has ended. Nothing may be pushed afterwards.
  void Finish() ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      finishing_ = true;
    }
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
  }

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return tasks_.size() < capacity_; }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return finishing_ || !tasks_.empty();
  }

  void Work() ABSL_LOCKS_EXCLUDED(mutex_) {
    while (true) {
      std::function<void()> task;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &BlockingTaskQueue::HasWork));
        if (tasks_.empty()) {
          return;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  const size_t capacity_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_BLOCKING_TASK_QUEUE_H_

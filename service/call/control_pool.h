// The threads on which calls wait for the store, so that gRPC's own threads do not.
#ifndef FLEETCA_SERVICE_CALL_CONTROL_POOL_H_
#define FLEETCA_SERVICE_CALL_CONTROL_POOL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/fair_queue.h"
#include "base/log_limiter.h"
#include "base/thread.h"

namespace fleetca::service {

// What a thread of the pool is to do.
class ControlWork {
 public:
  virtual ~ControlWork() = default;

  // Once, on a thread of the pool. The pool does not touch *this again.
  virtual void Do() = 0;

  // Whether nobody waits for it any more: then Do costs next to nothing. Under the pool's lock.
  virtual bool IsGone() const = 0;
};

// A few threads and a bounded queue before them, for calls that are not requests for certificates:
// tokens, and look-ups of what was issued. One of gRPC's threads serves many connections, so it
// must not wait for a disk; on these threads a slow disk costs only those who ask for it. Callers
// take turns, and each has a share of the queue (base/fair_queue.h). Thread-safe.
class ControlPool {
 public:
  struct Options {
    // More than one, so that a look-up need not wait for a write, and writes share a sync.
    int threads = 4;
    size_t capacity = 256;
    // What the calls are about, for the words of a refusal. Lives as long as the pool.
    const char* about = "tokens and records";
  };

  // The errors of Thread::Start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<ControlPool>> Start(Options options);
  // Returns when all that was taken in is done.
  ~ControlPool();
  ControlPool(const ControlPool&) = delete;
  ControlPool& operator=(const ControlPool&) = delete;

  // Has `work`, which stays until it is done, wait for its turn among those of `caller`. Else
  // RESOURCE_EXHAUSTED kQueueFull or kCallerShareFull, with a retry delay: then it is not done.
  [[nodiscard]] absl::Status Submit(absl::string_view caller, ControlWork& work);

  // How many wait.
  size_t size() const { return queue_.size(); }

 private:
  using Queue = FairQueue<ControlWork*>;

  explicit ControlPool(Options options) : options_(options), queue_(options.capacity, 1) {}

  void Work();
  absl::Status Refuse(absl::string_view caller, const Queue::Pushed& pushed);

  const Options options_;
  Queue queue_;
  log::Limiter refusals_{1};
  std::vector<Thread> threads_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_CONTROL_POOL_H_

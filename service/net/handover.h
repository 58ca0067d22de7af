// Gives accepted connections to gRPC on a thread of its own.
#ifndef FLEETCA_SERVICE_NET_HANDOVER_H_
#define FLEETCA_SERVICE_NET_HANDOVER_H_

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/descriptor.h"
#include "base/thread.h"

namespace fleetca::service {

// A thread that hands a connection to gRPC may be kept by gRPC for other connections' work: for a
// header block that never ends, until that connection is shut down. So the thread that watches
// connections, and would shut it down, hands over none. Thread-safe.
class Handover {
 public:
  using Taker = std::function<void(Descriptor)>;

  // `take` is called for each connection in turn. The errors of Thread::Start.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Handover>> Start(Taker take);
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;
  ~Handover() { Stop(); }

  void Give(Descriptor connection) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes no more: waits for the connection that is being handed over, and closes those that wait.
  // Idempotent.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit Handover(Taker take) : take_(std::move(take)) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || !waiting_.empty();
  }

  const Taker take_;
  absl::Mutex mutex_;
  std::deque<Descriptor> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_HANDOVER_H_

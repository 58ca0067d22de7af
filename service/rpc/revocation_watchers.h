// WatchRevocations: the streams by which verifiers hear of revocations.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/thread.h"
#include "service/revocation/known_revocations.h"
#include "service/rpc/caller_reader.h"
#include "store/store.h"

namespace fleetca::service {

class RevocationWatcher;

// What the streams have in common.
struct RevocationWatchersOptions {
  // How often the thread looks for something new; that waits for no disk.
  absl::Duration interval = absl::Milliseconds(50);
  // A reader hears the time so often, when nothing is new.
  absl::Duration heartbeat = absl::Seconds(5);
  // One that takes no message for so long is cut off.
  absl::Duration patience = absl::Seconds(60);
  // Revocations of a message.
  size_t page = 2000;
  size_t max_watchers = 10000;
  const Clock* clock = &Clock::System();
};

// One thread reads the store for all streams, which take turns, a message each: a slow disk delays
// them and nothing else. A stream has one message on its way, so a reader that does not read costs
// a bounded amount of memory. Whoever is revoked hears no more. Thread-safe; outlives its calls.
class RevocationWatchers {
 public:
  // The errors of Thread::Start. The references outlive it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RevocationWatchers>> Start(
      const store::Store& store, const KnownRevocations& known, CallerReader& caller_reader,
      RevocationWatchersOptions options);
  // No call may be left.
  ~RevocationWatchers();
  RevocationWatchers(const RevocationWatchers&) = delete;
  RevocationWatchers& operator=(const RevocationWatchers&) = delete;

  // The result is what a service's method returns, and good for nothing else.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Watch(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request);

  // Ends all streams with UNAVAILABLE kDraining, and those that come later.
  void BeginDrain() ABSL_LOCKS_EXCLUDED(mutex_);

  // Streams that are open.
  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  friend class RevocationWatcher;

  RevocationWatchers(const store::Store& store, const KnownRevocations& known,
                     CallerReader& caller_reader, RevocationWatchersOptions options)
      : store_(store), known_(known), caller_reader_(caller_reader), options_(options) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // UNAVAILABLE kDraining; RESOURCE_EXHAUSTED kQueueFull where there are too many.
  absl::Status Add(RevocationWatcher& watcher) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(RevocationWatcher& watcher) ABSL_LOCKS_EXCLUDED(mutex_);
  // That a stream may be ready for its next message.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || woken_; }

  const store::Store& store_;
  const KnownRevocations& known_;
  CallerReader& caller_reader_;
  const RevocationWatchersOptions options_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<RevocationWatcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_

// WatchRevocations: the streams by which verifiers hear of revocations.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "service/call/call_life.h"
#include "service/revocation/known_revocations.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/reader_places.h"
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
  // Revocations of a message, of some 45 octets each. Readers that take nothing keep one message
  // each, all of them a quarter of a gigabyte.
  size_t page = 500;
  size_t max_watchers = 10000;
  const Clock* clock = &Clock::System();
};

// One thread reads the store for all streams, which take turns, a message each, and one of each
// identity before a second of any (reader_turns.h): a slow disk delays them and nothing else. A
// stream has one message on its way, so a reader that does not read costs a bounded amount of
// memory. Where all places are taken, the identity with the most readers loses one to who has
// fewer. Whoever is revoked hears no more. Thread-safe; outlives its calls.
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
      : store_(store),
        known_(known),
        caller_reader_(caller_reader),
        options_(options),
        places_(options.max_watchers) {}

  using Held = std::vector<std::pair<RevocationWatcher*, CallLife::Hold>>;

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives the streams that are due their turns, for a moment; true where some are left.
  [[nodiscard]] bool TakeTurns(const Held& held);
  // UNAVAILABLE kDraining; RESOURCE_EXHAUSTED kQueueFull where there are too many.
  absl::Status Add(RevocationWatcher& watcher) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AddWithin(RevocationWatcher& watcher, Held::value_type* loser)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes one of the identity's out.
  Held::value_type TakeOut(absl::string_view identity) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Full() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(RevocationWatcher& watcher) ABSL_LOCKS_EXCLUDED(mutex_);
  // That a stream may be ready for its next message.
  void Wake() { work_.Set(); }

  const store::Store& store_;
  const KnownRevocations& known_;
  CallerReader& caller_reader_;
  const RevocationWatchersOptions options_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<RevocationWatcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  ReaderPlaces places_ ABSL_GUARDED_BY(mutex_);
  log::Limiter full_lines_{1, absl::Minutes(1)};
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent work_;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_WATCHERS_H_

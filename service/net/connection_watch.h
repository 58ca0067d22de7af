// Looks after the open connections of a port: what each sends, and when it has to go.
#ifndef FLEETCA_SERVICE_NET_CONNECTION_WATCH_H_
#define FLEETCA_SERVICE_NET_CONNECTION_WATCH_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/log_limiter.h"
#include "service/net/caller_calls.h"
#include "service/net/connection.h"
#include "service/net/connection_table.h"

namespace fleetca::service {

// Holds a duplicate of each connection's descriptor, so that it can ask the kernel what the peer
// has sent and shut the connection down; gRPC then sees its end and does the rest. The duplicate
// keeps no connection open: gRPC shuts a socket down before it closes it, and Look closes the
// duplicate of whatever was shut down. Thread-compatible: belongs to the listener's thread.
class ConnectionWatch {
 public:
  // `name` is the port's, for the log.
  ConnectionWatch(absl::string_view name, const ConnectionLimits& limits,
                  std::shared_ptr<ConnectionTable> table, std::shared_ptr<CallerTable> callers)
      : name_(name), limits_(limits), table_(std::move(table)), callers_(std::move(callers)) {}

  // Whether a connection of `peer` may be taken now; closes another one where the limits ask for
  // it. The caller closes the new one when the answer is false.
  [[nodiscard]] bool MakeRoomFor(const PeerAddress& peer, absl::Time now);

  // Watches a connection from now on; `duplicate` is of its descriptor.
  void Add(const PeerAddress& peer, Descriptor duplicate, absl::Time now);

  // To be called every limits.look_interval. Asks the kernel about the connections, and shuts down
  // those beyond their limits. Of very many it takes some each time, so that a look is bounded.
  void Look(absl::Time now);

  size_t size() const { return watched_.size(); }
  // Connections that ended so far, one way or the other.
  uint64_t ended() const { return ended_; }

 private:
  struct Watched {
    std::shared_ptr<Connection> connection;
    Descriptor duplicate;
    absl::Time since;         // accepted
    absl::Time progress_at;   // the last complete message or answer, or when it was accepted
    uint64_t progress = 0;    // Connection::progress() then
    uint64_t received = 0;    // at the last look
    uint64_t unanswered = 0;  // received and not given back
    uint64_t signs = 0;       // Connection::signs()
    uint64_t outside = 0;     // received since the look at which the signs changed
    absl::Time outside_since = absl::InfiniteFuture();  // of more than may be outside
    absl::Time window_at;       // progress_at, or a whole number of message_timeouts later
    uint64_t window_begin = 0;  // received then
    std::string caller;         // counted in per_caller_
  };
  using List = std::list<Watched>;

  enum class Verdict {
    kStays,
    kEnded,
    kUnansweredBytes,
    kOutsideCalls,
    kMessageTimeout,
    kNoCall,
    kCallerShare
  };

  Verdict Judge(Watched& one, absl::Time now);
  // Whether more came in outside of calls than may.
  bool IsOutsideCalls(Watched& one, uint64_t more, absl::Time now) const;
  List::iterator LookAt(List::iterator one, absl::Time now);
  // The most deserving connection to be closed for a new one, or end().
  List::iterator FindReplaceable(absl::Time now, const PeerAddress::Ip* of_address);
  void ShutDownFloodsOf(const absl::flat_hash_set<std::string>& callers, absl::Time now);
  void BoundTheSums(absl::Time now);
  List::iterator ShutDown(List::iterator one, absl::string_view why, absl::Time now);
  List::iterator Forget(List::iterator one);
  void NoteEnd(const Watched& one, log::Level level, absl::string_view why, absl::Time now);

  const std::string name_;
  const ConnectionLimits limits_;
  const std::shared_ptr<ConnectionTable> table_;
  const std::shared_ptr<CallerTable> callers_;
  List watched_;  // oldest first
  List::iterator next_ = watched_.end();
  uint64_t ended_ = 0;
  absl::flat_hash_map<PeerAddress::Ip, size_t> per_address_;
  absl::flat_hash_map<std::string, size_t> per_caller_;
  log::Limiter limiter_{kLinesPerSecond};

  static constexpr int kLinesPerSecond = 2;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CONNECTION_WATCH_H_

// The connections of a Unix socket that are open.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_LOCAL_CONNECTIONS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_LOCAL_CONNECTIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "client/agent/sockets/connection_count.h"

namespace fleetca::client {

// What a socket may have.
inline constexpr ConnectionLimits kSocketConnections{.connections = 512,
                                                     .connections_of_a_user = 64};

// gRPC does not say when a connection ends. So each is kept as a duplicate, which an epoll set of
// the caller's watches: it reports EPOLLHUP once either end has closed the connection.
//
// gRPC 1.51 reads on while its answers are not read, and keeps what it would answer: for pings
// without a bound, as it ends no connection with which it still waits to write. So it is looked
// here what peers leave unread.
//
// Thread-safe.
class LocalConnections {
 public:
  // The epoll set outlives this. Ids are from kFirstId on; smaller ones are the caller's to use.
  // `all` counts those of other sockets, too.
  LocalConnections(int epoll, const ConnectionLimits& limits, std::shared_ptr<ConnectionCount> all)
      : epoll_(epoll), of_socket_(limits, "the socket"), all_(std::move(all)) {}
  LocalConnections(const LocalConnections&) = delete;
  LocalConnections& operator=(const LocalConnections&) = delete;
  ~LocalConnections();

  static constexpr uint64_t kFirstId = 16;

  // Counts and watches it. RESOURCE_EXHAUSTED kInternal beyond a limit, and without a descriptor
  // for the duplicate: the connection should be closed.
  absl::Status Add(const Descriptor& connection, uid_t user) ABSL_LOCKS_EXCLUDED(mutex_);

  // What the epoll set reported, by its id.
  void OnEvent(uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_);

  struct Looked {
    // When to look again.
    absl::Duration next;
    // Whose connections were shut down.
    std::vector<uid_t> ended;
  };
  // Shuts down connections whose peers send and read nothing of the answers, or read nothing for
  // long. `now` is of a clock that nobody sets.
  Looked Look(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Open {
    Descriptor duplicate;
    uid_t user = 0;
    // What the peer had not read at the last look, in octets as the kernel counts them.
    int unread = 0;
    // Since it read something, or had nothing to read.
    absl::Time unread_since;
    int looks_sending = 0;
  };

  // Whether it may go on.
  static bool Judge(Open& one, absl::Time now);
  void GiveBack(uid_t user);

  const int epoll_;
  ConnectionCount of_socket_;
  const std::shared_ptr<ConnectionCount> all_;
  mutable absl::Mutex mutex_;
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = kFirstId;
  absl::flat_hash_map<uint64_t, Open> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_LOCAL_CONNECTIONS_H_

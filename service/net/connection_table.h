// The open connections of a port, by their peers' addresses.
#ifndef FLEETCA_SERVICE_NET_CONNECTION_TABLE_H_
#define FLEETCA_SERVICE_NET_CONNECTION_TABLE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "service/net/connection.h"
#include "service/net/peer_address.h"

namespace fleetca::service {

// How a call finds its connection: gRPC tells a call its peer's address and nothing else of the
// connection. Thread-safe.
class ConnectionTable {
 public:
  // A connection from an address that another one still has takes its place: the other one has
  // ended, which was not noticed yet.
  void Add(std::shared_ptr<Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::WriterMutexLock lock(&mutex_);
    connections_[connection->peer()] = std::move(connection);
  }

  void Remove(const Connection& connection) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::WriterMutexLock lock(&mutex_);
    const auto found = connections_.find(connection.peer());
    if (found != connections_.end() && found->second.get() == &connection) {
      connections_.erase(found);
    }
  }

  // Null when there is none, as after its end.
  std::shared_ptr<Connection> Find(const PeerAddress& peer) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::ReaderMutexLock lock(&mutex_);
    const auto found = connections_.find(peer);
    return found == connections_.end() ? nullptr : found->second;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<PeerAddress, std::shared_ptr<Connection>> connections_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CONNECTION_TABLE_H_

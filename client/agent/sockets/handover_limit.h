// For how long a connection may keep the thread that gives it to gRPC.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_HANDOVER_LIMIT_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_HANDOVER_LIMIT_H_

#include <fcntl.h>
#include <sys/socket.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/descriptor.h"

namespace fleetca::client {

// gRPC reads on the thread that gives it a connection, for as long as the connection has more: for
// a header block that never ends. This ends such a connection, so that others are accepted again.
// Thread-safe.
class HandoverLimit {
 public:
  explicit HandoverLimit(const Descriptor& connection)
      : duplicate_(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0)) {}

  void Done() {
    absl::MutexLock lock(&mutex_);
    duplicate_.Reset();
  }
  // Does nothing once it is done.
  void CutOff() {
    absl::MutexLock lock(&mutex_);
    if (duplicate_.valid()) {
      shutdown(duplicate_.get(), SHUT_RDWR);
    }
  }

 private:
  absl::Mutex mutex_;
  Descriptor duplicate_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_HANDOVER_LIMIT_H_

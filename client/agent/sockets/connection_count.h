// How many connections are open, and how many of them a user may have.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_CONNECTION_COUNT_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_CONNECTION_COUNT_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace fleetca::client {

struct ConnectionLimits {
  size_t connections = 0;
  size_t connections_of_a_user = 0;
};

// What all sockets of a process together may have that has `free` descriptors left: a third of
// these, so that whoever connects takes none that files, hooks and the CA need; and a user half of
// that, so that nobody keeps all others out. A connection costs two.
ConnectionLimits ConnectionLimitsFor(size_t free);

// How many descriptors this process may open yet.
size_t FreeDescriptors();

// Thread-safe.
class ConnectionCount {
 public:
  // "`whose` has 3 connections already`advice`".
  ConnectionCount(const ConnectionLimits& limits, std::string whose, std::string advice = "")
      : limits_(limits), whose_(std::move(whose)), advice_(std::move(advice)) {}
  ConnectionCount(const ConnectionCount&) = delete;
  ConnectionCount& operator=(const ConnectionCount&) = delete;

  // RESOURCE_EXHAUSTED kInternal beyond a limit; then it is not counted.
  [[nodiscard]] absl::Status Take(uid_t user) ABSL_LOCKS_EXCLUDED(mutex_);
  // Once for each that was taken.
  void GiveBack(uid_t user) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const ConnectionLimits limits_;
  const std::string whose_;
  const std::string advice_;
  absl::Mutex mutex_;
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<uid_t, size_t> of_user_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_CONNECTION_COUNT_H_

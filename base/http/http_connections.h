// The open connections of an HTTP server, and how long each may stay.
#ifndef FLEETCA_BASE_HTTP_HTTP_CONNECTIONS_H_
#define FLEETCA_BASE_HTTP_HTTP_CONNECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca {

// What one client may cost. All positive.
struct HttpLimits {
  size_t max_connections = 1024;
  size_t max_connections_per_address = 256;
  // The largest body, in octets.
  size_t max_body_bytes = size_t{64} << 10;
  // The largest request line and headers, together about; each connection keeps twice as much.
  size_t max_header_bytes = size_t{8} << 10;
  // How long a connection may say nothing, before its first request and between two.
  absl::Duration idle_timeout = absl::Seconds(15);
  // From the request line to the last octet of the body.
  absl::Duration request_timeout = absl::Seconds(15);
  // From there until the client has taken the last octet of the answer.
  absl::Duration answer_timeout = absl::Minutes(5);
};

// What a connection is about.
enum class HttpPhase { kIdle, kRequest, kAnswer };

// Counts the connections, by address too, and shuts down those whose time is up, or whose place is
// needed: without that, a few silent clients would keep all others out. Shutting down is all that
// another thread may do to a socket of libmicrohttpd's: the library notices the end, says so, and
// closes the socket afterwards. Every `now` is of one clock that nobody sets (base/steady_time.h):
// else a slow client could stay for as long as the clock is set back by. Thread-safe.
class HttpConnections {
 public:
  explicit HttpConnections(const HttpLimits& limits) : limits_(limits) {}
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;

  enum class Verdict { kTaken, kTooMany, kTooManyOfAddress };
  // Counts a connection that was accepted from this IP address; the caller closes it unless it is
  // taken. A connection that had the same descriptor before has ended unnoticed, and is forgotten.
  // Where there are too many, or too many of the address, the connection that has been slow for the
  // longest is shut down for this one. A connection is slow after a moment, which is longer where
  // its client asks for something, and longest where it is being answered.
  [[nodiscard]] Verdict Add(int socket, absl::string_view address, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The library has the connection, and will say when it ends: only from now on may it be shut
  // down.
  void NoteTaken(int socket) ABSL_LOCKS_EXCLUDED(mutex_);
  void Enter(int socket, HttpPhase phase, absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Call it before the descriptor is closed.
  void Remove(int socket) ABSL_LOCKS_EXCLUDED(mutex_);

  // Shuts down those whose time is up, and returns how many.
  size_t ShutDownLate(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Shuts down those that say nothing.
  void ShutDownIdle() ABSL_LOCKS_EXCLUDED(mutex_);
  // False when connections are left at the deadline.
  [[nodiscard]] bool AwaitNone(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Shut down or not, those that the library has.
  size_t count() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Those that were shut down because their place was needed.
  uint64_t replaced() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Connection {
    std::string address;
    HttpPhase phase = HttpPhase::kIdle;
    absl::Time since;
    bool taken = false;
    bool shut_down = false;
  };

  absl::Duration TimeoutOf(HttpPhase phase) const;
  // Whether there is a place now: one of `address`, "" for any.
  [[nodiscard]] bool MakeRoom(absl::string_view address, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // It takes no place from here on.
  void ShutDown(int socket, Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(int socket) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return connections_.empty(); }

  const HttpLimits limits_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<int, Connection> connections_ ABSL_GUARDED_BY(mutex_);  // by descriptor
  // Of those that were not shut down.
  absl::flat_hash_map<std::string, size_t> of_address_ ABSL_GUARDED_BY(mutex_);
  size_t places_taken_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t replaced_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_CONNECTIONS_H_

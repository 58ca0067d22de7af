// HTTP connections, one question each, that one thread serves however many there are.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_LOOP_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/thread.h"

namespace fleetca::client {

// Waits for all its connections at once (epoll(7)), so one that says nothing, or a letter now and
// then, costs its descriptor and no thread. A request's head has 5 s to come, and its answer 5 s to
// be taken. Where there are too many connections, or the process has no descriptors left, the one
// that has waited longest for its request makes room.
class HttpLoop {
 public:
  // The whole answer to the octets that came: up to the end of a head, or as far as they came. Must
  // not block.
  using Answerer = std::function<std::string(absl::string_view bytes)>;

  // Accepts at `listener`, a socket that does not block and outlives this; several loops may share
  // one. `answer` is called by this loop's thread alone. The errors of Thread::Start; UNAVAILABLE
  // kInternal when the kernel gives no epoll.
  static absl::StatusOr<std::unique_ptr<HttpLoop>> Start(int listener, size_t max_connections,
                                                         Answerer answer);
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;
  // Accepts no more, and answers requests that have begun to come, within a second.
  ~HttpLoop();

 private:
  struct Connection;
  // By when they were accepted, the oldest first.
  using Connections = std::map<uint64_t, Connection>;

  HttpLoop(int listener, size_t max_connections, Answerer answer, Descriptor epoll,
           Descriptor wake);

  void Run();
  void AcceptSome(absl::Time now);
  // True when there may be more to accept.
  [[nodiscard]] bool AcceptOne(absl::Time now);
  // Until a descriptor may be free again.
  void PauseAccepting(absl::Time now);
  void ListenAgain(absl::Time now);
  // False when there is none that could go.
  [[nodiscard]] bool EvictOldest();
  // What to do when the connection is ready; false when it is at its end.
  [[nodiscard]] bool Serve(uint64_t id, Connection& connection, absl::Time now);
  [[nodiscard]] bool Read(uint64_t id, Connection& connection, absl::Time now);
  [[nodiscard]] bool Write(uint64_t id, Connection& connection, absl::Time now);
  void Watch(uint64_t id, const Connection& connection, uint32_t events, int operation);
  void CloseExpired(absl::Time now);
  // Only what has begun stays, and not for long.
  void BeginStop(absl::Time now);

  const int listener_;
  const size_t max_connections_;
  const Answerer answer_;
  const Descriptor epoll_;
  const Descriptor wake_;  // an eventfd
  // The thread's.
  Connections connections_;
  uint64_t next_id_;
  absl::Time paused_until_ = absl::InfinitePast();
  absl::Time stop_by_ = absl::InfiniteFuture();
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_LOOP_H_

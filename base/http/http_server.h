// A server of plain HTTP/1.1 for small, public answers: CRLs, OCSP, health.
#ifndef FLEETCA_BASE_HTTP_HTTP_SERVER_H_
#define FLEETCA_BASE_HTTP_HTTP_SERVER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/http/http_connections.h"
#include "base/http/http_worker.h"
#include "base/log_limiter.h"
#include "base/net/spare_descriptor.h"
#include "base/net/wake_event.h"
#include "base/thread.h"

namespace fleetca {

struct HttpServerOptions {
  std::string name;  // for the log
  // They listen already, do not block and have one port; at least one.
  std::vector<Descriptor> sockets;
  // Each with an epoll of its own; a connection stays with one.
  size_t threads = 2;
  HttpLimits limits;
};

// What a server has done since it started.
struct HttpServerStats {
  uint64_t accepted = 0;
  uint64_t refused = 0;    // connections beyond a limit
  uint64_t timed_out = 0;  // connections that were shut down as too slow
  size_t open = 0;         // connections
  // Answers by the first digit of their status.
  uint64_t success = 0, redirection = 0, client_error = 0, server_error = 0;
  // The same by status, those that there were.
  std::vector<std::pair<int, uint64_t>> statuses;
  uint64_t body_bytes = 0;  // of all answers
};

// How many descriptors a server takes beside its connections.
constexpr size_t HttpServerDescriptors(size_t threads) { return 4 + 2 * threads; }

// Accepts on a thread of its own, bounds what each client costs, and hands connections in turn to
// workers. GET, HEAD and POST reach the handler, anything else is refused: another method by 405, a
// large body by 413, large headers by 431 or 414, what is not HTTP by 400. Thread-safe.
class HttpServer {
 public:
  // Serves when it returns. UNAVAILABLE kInternal when threads or descriptors are wanting.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Create(HttpServerOptions options,
                                                            HttpHandler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Stops at once.
  ~HttpServer();

  int port() const { return port_; }
  // False while connections cannot be accepted, because there are no descriptors.
  bool accepting() const { return accepting_; }
  HttpServerStats stats() const;

  // Accepts nothing more, closes connections that say nothing, lets requests that began be
  // answered until the deadline, and cuts off the rest. False when something was cut off. The
  // handler is not called any more when it returns. Idempotent.
  bool Stop(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  HttpServer(HttpServerOptions options, HttpHandler handler, WakeEvent wake);

  void Run();
  void Wait() const;
  // True when there may be more to accept on the socket. Here and below, `now` is a SteadyTime.
  [[nodiscard]] bool AcceptOne(int socket, absl::Time now);
  void NoteReplaced(absl::Time now);
  void NoteRefusal(HttpConnections::Verdict why, absl::string_view address, absl::Time now);
  void NoteNotAccepted(int error, int socket, absl::Time now);

  const std::string name_;
  const int port_;
  const WakeEvent wake_;
  HttpService service_;
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  std::atomic<bool> accepting_{true};
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> accepted_{0}, refused_{0}, timed_out_{0};

  // The thread's.
  std::vector<Descriptor> sockets_;
  SpareDescriptor spare_;
  size_t next_worker_ = 0;
  uint64_t replaced_ = 0;  // that the log has said
  log::Limiter limiter_{5, absl::Seconds(10)};

  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool in_time_ ABSL_GUARDED_BY(mutex_) = true;
  Thread thread_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_SERVER_H_

// The one door to libmicrohttpd: a thread that serves connections which were accepted elsewhere.
#ifndef FLEETCA_BASE_HTTP_HTTP_WORKER_H_
#define FLEETCA_BASE_HTTP_HTTP_WORKER_H_

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "base/descriptor.h"
#include "base/http/http_connections.h"
#include "base/http/http_message.h"

struct MHD_Daemon;

namespace fleetca {

// Answers a request. Called on any worker's thread, several at once; while it works, the other
// connections of that worker wait, so it must not wait for anything long.
using HttpHandler = std::function<HttpAnswer(const HttpRequest&)>;

// What workers share and outlives them.
struct HttpService {
  HttpService(const HttpLimits& its_limits, HttpHandler its_handler)
      : limits(its_limits), handler(std::move(its_handler)), connections(its_limits) {}

  const HttpLimits limits;
  const HttpHandler handler;
  HttpConnections connections;
  // Each answer ends its connection.
  std::atomic<bool> stopping{false};
  // Answers by their status. Requests that are not HTTP are answered by the library and not
  // counted.
  std::array<std::atomic<uint64_t>, 600> answers = {};
  // Octets of their bodies, as they were handed to the library.
  std::atomic<uint64_t> body_bytes{0};
};

// Thread-safe.
class HttpWorker {
 public:
  // Starts its thread. UNAVAILABLE kInternal when there is none, or no descriptors, to be had.
  // `service` outlives it.
  static absl::StatusOr<std::unique_ptr<HttpWorker>> Start(HttpService& service);
  HttpWorker(const HttpWorker&) = delete;
  HttpWorker& operator=(const HttpWorker&) = delete;
  // Cuts off what is open.
  ~HttpWorker();

  // Serves the connection, which does not block and is in service.connections, and closes it in the
  // end. False when there is no memory for it; it is closed and removed then.
  [[nodiscard]] bool Serve(Descriptor connection, const sockaddr_storage& peer,
                           socklen_t peer_size);

 private:
  explicit HttpWorker(HttpService& service) : service_(service) {}

  HttpService& service_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_HTTP_HTTP_WORKER_H_

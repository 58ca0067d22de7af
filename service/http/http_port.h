// The port for what everyone may read: CRLs, OCSP, certificates of CAs, health.
#ifndef FLEETCA_SERVICE_HTTP_HTTP_PORT_H_
#define FLEETCA_SERVICE_HTTP_HTTP_PORT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/http/http_server.h"
#include "service/http/http_routes.h"
#include "service/http/http_sources.h"

namespace fleetca::service {

struct HttpPortOptions {
  std::string address;  // "HOST:PORT"; port 0 takes a free one
  size_t threads = 2;
  HttpLimits limits;
};

// Plain HTTP/1.1: what it says is signed, or known to everyone. Thread-safe.
class HttpPort {
 public:
  // Serves when it returns. UNAVAILABLE kConfigInvalid about http.address when the address cannot
  // be had; the errors of HttpServer::Create.
  static absl::StatusOr<std::unique_ptr<HttpPort>> Start(const HttpPortOptions& options,
                                                         HttpSources sources, const Clock& clock);
  HttpPort(const HttpPort&) = delete;
  HttpPort& operator=(const HttpPort&) = delete;

  int port() const { return server_->port(); }
  HttpServerStats stats() const { return server_->stats(); }
  std::vector<HttpRoutes::RouteCount> route_counts() const { return routes_.counts(); }

  // UNAVAILABLE kInternal while no connection can be accepted.
  absl::Status CheckListener() const;

  // Answers what was asked, until the deadline, and closes. The sources are not asked any more when
  // it returns. Idempotent.
  void Stop(absl::Time deadline) { server_->Stop(deadline); }

 private:
  HttpPort(HttpSources sources, const Clock& clock) : routes_(std::move(sources), clock) {}

  HttpRoutes routes_;
  std::unique_ptr<HttpServer> server_;  // calls routes_
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_HTTP_HTTP_PORT_H_

#include "service/http/http_port.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/net/listening_sockets.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<HttpPort>> HttpPort::Start(const HttpPortOptions& options,
                                                          HttpSources sources, const Clock& clock) {
  FLEETCA_ASSIGN_OR_RETURN(ListeningSockets listening, Listen(options.address, "http.address"));
  auto port = absl::WrapUnique(new HttpPort(std::move(sources), clock));
  FLEETCA_ASSIGN_OR_RETURN(
      port->server_, HttpServer::Create({.name = "http",
                                         .sockets = std::move(listening.sockets),
                                         .threads = options.threads,
                                         .limits = options.limits},
                                        [routes = &port->routes_](const HttpRequest& request) {
                                          return routes->Answer(request);
                                        }));
  return port;
}

absl::Status HttpPort::CheckListener() const {
  return server_->accepting()
             ? absl::OkStatus()
             : Unavailable(Reason::kInternal,
                           "The HTTP port accepts no connections; see the log for the reason, such "
                           "as too few descriptors");
}

}  // namespace fleetca::service

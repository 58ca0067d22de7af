// Where an agent says how it is: /status, /livez, /readyz and /metrics by HTTP.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_STATUS_PORTS_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_STATUS_PORTS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/http/http_message.h"
#include "base/http/http_server.h"
#include "base/net/unix_socket.h"
#include "client/agent/daemon/agent_report.h"
#include "client/authz/serve/listening_socket.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// /status is the report as JSON; /livez 200 while the process works; /readyz 200 when every
// identity is ready, else 503 with a line for each that is not; /metrics.
HttpAnswer StatusAnswer(const HttpRequest& request, const AgentReport& report);

// At an address of this host, "127.0.0.1:9643" or "[::1]:9643", and at a Unix socket that `owner`
// and its group may open; either may be "". Thread-compatible.
class StatusPorts {
 public:
  // Connections wait from now on. FAILED_PRECONDITION kConfigInvalid where the address is taken;
  // the errors of UnixSocket::Listen.
  static absl::StatusOr<std::unique_ptr<StatusPorts>> Open(const std::string& address,
                                                           const std::string& socket,
                                                           const FileOwner& owner);
  StatusPorts(const StatusPorts&) = delete;
  StatusPorts& operator=(const StatusPorts&) = delete;

  // Serves; `report` is called by threads of its own. The errors of HttpServer::Create.
  absl::Status Start(std::function<AgentReport()> report);

  // The port of the address, where that was 0; 0 where there is none.
  int port() const;

 private:
  StatusPorts() = default;

  std::unique_ptr<ListeningSocket> address_;
  std::unique_ptr<UnixSocket> socket_;
  std::vector<std::unique_ptr<HttpServer>> servers_;  // the last member: they use the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_STATUS_PORTS_H_

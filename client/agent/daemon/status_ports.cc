#include "client/agent/daemon/status_ports.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/authz/serve/listen_address.h"

namespace fleetca::client {
namespace {

// Ready is who has valid certificates in place. A hook that has not worked yet is said beside it.
HttpAnswer ReadyAnswer(const AgentReport& report) {
  const std::string why = WhyNotReady(report);
  return report.ready() ? TextAnswer(200, why.empty() ? "ok" : absl::StrCat("ok, but:\n", why))
                        : TextAnswer(503, why);
}

// Operators and a scraper or two.
constexpr HttpLimits kLimits{.max_connections = 64,
                             .max_connections_per_address = 64,
                             .max_body_bytes = 0,
                             .max_header_bytes = size_t{4} << 10,
                             .idle_timeout = absl::Seconds(15),
                             .request_timeout = absl::Seconds(5),
                             .answer_timeout = absl::Seconds(15)};

HttpAnswer DataAnswer(absl::string_view type, std::string body) {
  HttpAnswer answer;
  answer.headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}};
  answer.body = std::make_shared<const std::string>(std::move(body));
  return answer;
}

}  // namespace

HttpAnswer StatusAnswer(const HttpRequest& request, const AgentReport& report) {
  if (request.method == HttpMethod::kPost) {
    return MethodNotAllowed("GET, HEAD");
  }
  if (request.path == "/status") {
    return DataAnswer("application/json", ReportToJson(report));
  }
  if (request.path == "/livez") {
    return TextAnswer(200, "ok");
  }
  if (request.path == "/readyz") {
    return ReadyAnswer(report);
  }
  if (request.path == "/metrics") {
    return DataAnswer("text/plain; version=0.0.4", ReportToMetrics(report));
  }
  return TextAnswer(404, "There is /status, /livez, /readyz and /metrics.");
}

absl::StatusOr<std::unique_ptr<StatusPorts>> StatusPorts::Open(const std::string& address,
                                                               const std::string& socket,
                                                               const FileOwner& owner) {
  auto ports = absl::WrapUnique(new StatusPorts());
  if (!address.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const ListenAddress wanted,
                             ParseListenAddress(address, /*allow_remote=*/false, "status.address"));
    FLEETCA_ASSIGN_OR_RETURN(ports->address_, ListeningSocket::Open(wanted));
  }
  if (!socket.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(
        ports->socket_,
        UnixSocket::Listen({.path = socket, .user = owner.user, .group = owner.group}));
  }
  return ports;
}

absl::Status StatusPorts::Start(std::function<AgentReport()> report) {
  const HttpHandler handler = [report = std::move(report)](const HttpRequest& request) {
    return StatusAnswer(request, report());
  };
  for (const int fd :
       {address_ == nullptr ? -1 : address_->fd(), socket_ == nullptr ? -1 : socket_->fd()}) {
    if (fd < 0) {
      continue;
    }
    HttpServerOptions options{.name = "status", .threads = 1, .limits = kLimits};
    options.sockets.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!options.sockets.front().valid()) {
      return Unavailable(Reason::kInternal,
                         absl::StrCat("The status cannot be served: ", std::strerror(errno)));
    }
    FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<HttpServer> server,
                             HttpServer::Create(std::move(options), handler));
    servers_.push_back(std::move(server));
  }
  return absl::OkStatus();
}

int StatusPorts::port() const { return address_ == nullptr ? 0 : address_->address().port; }

}  // namespace fleetca::client

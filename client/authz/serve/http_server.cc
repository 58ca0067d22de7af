#include "client/authz/serve/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/authz/serve/blocking_task_queue.h"

namespace fleetca::client {
namespace {

constexpr char kMethodHeader[] = "X-Original-Method";
constexpr char kTargetHeader[] = "X-Original-URI";
constexpr char kReasonHeader[] = "X-Fleet-Reason";
constexpr char kPlainText[] = "text/plain";
constexpr time_t kTimeoutSeconds = 5;
// httplib's own is 5, which a burst of a busy proxy overruns.
constexpr int kBacklog = 1024;

class TaskQueue final : public httplib::TaskQueue {
 public:
  explicit TaskQueue(size_t threads) : queue_(threads) {}
  void enqueue(std::function<void()> task) override { queue_.Push(std::move(task)); }
  void shutdown() override { queue_.Finish(); }

 private:
  BlockingTaskQueue queue_;
};

// RFC 9110's token.
bool IsHeaderName(absl::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           absl::string_view("!#$%&'*+-.^_`|~").find(c) != absl::string_view::npos;
  });
}

// "" when it is not there; nullopt when it is there more than once.
std::optional<std::string> OnlyHeader(const httplib::Request& request, const std::string& name) {
  if (request.get_header_value_count(name) > 1) {
    return std::nullopt;
  }
  return request.get_header_value(name);
}

GateAnswer Ask(AuthzGate& gate, const httplib::Request& request,
               const std::string& certificate_header) {
  const auto certificate = OnlyHeader(request, certificate_header);
  const auto method = OnlyHeader(request, kMethodHeader);
  const auto target = OnlyHeader(request, kTargetHeader);
  const auto host = OnlyHeader(request, "Host");
  if (!certificate.has_value() || !method.has_value() || !target.has_value() || !host.has_value()) {
    return gate.RefuseProxy(
        absl::StrCat("One of ", certificate_header, ", ", kMethodHeader, ", ", kTargetHeader,
                     " and Host came twice; have the proxy set them, not add to them"));
  }
  if (method->empty() || target->empty()) {
    return gate.RefuseProxy(absl::StrCat("There is no ",
                                         method->empty() ? kMethodHeader : kTargetHeader,
                                         "; have the proxy set it, see examples/nginx"));
  }
  return gate.Ask(
      {.certificate = *certificate, .method = *method, .host = *host, .target = *target});
}

// "x-fleet-identity" is fine on the wire; people read "X-Fleet-Identity".
std::string Capitalized(absl::string_view name) {
  std::string capitalized(name);
  for (size_t i = 0; i < capitalized.size(); ++i) {
    if (i == 0 || capitalized[i - 1] == '-') {
      capitalized[i] = absl::ascii_toupper(static_cast<unsigned char>(capitalized[i]));
    }
  }
  return capitalized;
}

void Write(const GateAnswer& answer, httplib::Response* response) {
  if (answer.status.ok()) {
    response->status = 204;
    for (const auto& [name, value] : answer.headers) {
      response->set_header(Capitalized(name), value);
    }
    return;
  }
  response->status = answer.http_status;
  response->set_header(kReasonHeader, answer.reason);
  response->set_content(absl::StrCat(answer.reason, "\n"), kPlainText);
}

class HttplibServer final : public HttpServer {
 public:
  HttplibServer(AuthzGate* gate, const HttpServerOptions& options)
      : gate_(*gate), options_(options), address_(options.address) {}

  ~HttplibServer() override {
    server_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  absl::Status Listen() {
    SetUp();
    if (address_.IsSocket()) {
      FLEETCA_RETURN_IF_ERROR(RemoveStaleSocket(address_.socket));
      server_.set_address_family(AF_UNIX);
    }
    if (!Bind() || ::listen(socket_, kBacklog) != 0) {
      return FailedPrecondition(
          Reason::kConfigInvalid,
          absl::StrCat("Cannot listen at ", address_.ToString(),
                       "; choose a free port, or a folder that this user may write to"));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // Before it runs, stopping it would do nothing.
    while (!server_.is_running()) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    return absl::OkStatus();
  }

  const ListenAddress& address() const override { return address_; }

 private:
  void SetUp() {
    const size_t threads = options_.threads;
    server_.new_task_queue = [threads] { return new TaskQueue(threads); };
    server_.set_keep_alive_max_count(1);
    server_.set_read_timeout(kTimeoutSeconds);
    server_.set_write_timeout(kTimeoutSeconds);
    server_.set_payload_max_length(0);
    server_.set_socket_options([this](int socket) {
      socket_ = socket;
      // Not httplib's SO_REUSEPORT, with which a second server would share the port in silence.
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    // Answers everything, and so before a body would be read.
    server_.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          Handle(request, &response);
          return httplib::Server::HandlerResponse::Handled;
        });
  }

  bool Bind() {
    if (address_.IsSocket()) {
      // The port is not looked at, but must be there.
      return server_.bind_to_port(address_.socket, 1);
    }
    if (address_.port != 0) {
      return server_.bind_to_port(address_.host, address_.port);
    }
    address_.port = server_.bind_to_any_port(address_.host);
    return address_.port > 0;
  }

  void Handle(const httplib::Request& request, httplib::Response* response) {
    if (request.path == "/authorize") {
      Write(Ask(gate_, request, options_.certificate_header), response);
    } else if (request.path == "/healthz") {
      response->status = 200;
      response->set_content("ok\n", kPlainText);
    } else {
      response->status = 404;
      response->set_content("Ask for /authorize or /healthz\n", kPlainText);
    }
  }

  AuthzGate& gate_;
  const HttpServerOptions options_;
  ListenAddress address_;
  int socket_ = -1;
  httplib::Server server_;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(AuthzGate* gate,
                                                              const HttpServerOptions& options) {
  if (!IsHeaderName(options.certificate_header)) {
    return InvalidArgument(
        Reason::kConfigInvalid, "certificate_header",
        absl::StrCat("\"", options.certificate_header,
                     "\" is no name of a header; write one such as ", kDefaultCertificateHeader));
  }
  auto server = std::make_unique<HttplibServer>(gate, options);
  FLEETCA_RETURN_IF_ERROR(server->Listen());
  return server;
}

}  // namespace fleetca::client

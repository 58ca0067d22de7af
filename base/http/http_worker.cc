#include "base/http/http_worker.h"

#include <microhttpd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/log_limiter.h"
#include "base/net/http_token.h"
#include "base/steady_time.h"

namespace fleetca {
namespace {

// A body that is too large is read on and forgotten up to this size, so that the client reads why:
// an answer in the middle of what the client sends is lost when the connection closes.
constexpr uint64_t kMostForgottenBytes = uint64_t{1} << 20;

constexpr unsigned int kMostStatus = 599;

constexpr char kAllowed[] = "GET, HEAD, POST";

// What is known of one connection and of the request that it is at. It lives as long as the
// connection: the library says nothing of the end of a request that it refused itself.
struct Exchange {
  int socket = -1;
  std::string target;  // as it came
  bool begun = false;  // the handler was asked for the headers
  bool head = false;   // of the answer's body only the size is sent
  uint64_t body_size = 0;
  std::string body;  // the first max_body_bytes of it
};

Exchange* ExchangeOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == nullptr ? nullptr : static_cast<Exchange*>(info->socket_context);
}

absl::string_view HeaderOf(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? absl::string_view() : absl::string_view(value);
}

// What decides where a request ends, and whose it is.
struct Framing {
  bool well_formed = true;
  int hosts = 0;
  int sizes = 0;  // Content-Length and Transfer-Encoding
  absl::string_view coding;
};

// The library takes for a header whatever has a colon, also with a blank in its name
// ("Content-Length : 5") or a carriage return in its value; a proxy in front may read either
// otherwise.
MHD_Result AddToFraming(void* closure, MHD_ValueKind /*kind*/, const char* name, size_t name_size,
                        const char* value, size_t value_size) {
  auto& framing = *static_cast<Framing*>(closure);
  const absl::string_view its_name(name, name_size);
  const absl::string_view its_value(value, value == nullptr ? 0 : value_size);
  framing.well_formed = framing.well_formed && IsHttpToken(its_name) &&
                        its_value.find('\r') == absl::string_view::npos;
  framing.hosts += absl::EqualsIgnoreCase(its_name, "Host") ? 1 : 0;
  framing.sizes += absl::EqualsIgnoreCase(its_name, "Content-Length") ? 1 : 0;
  if (absl::EqualsIgnoreCase(its_name, "Transfer-Encoding")) {
    ++framing.sizes;
    framing.coding = its_value;
  }
  return MHD_YES;
}

// Why two parties could read two requests from the head; nullptr: they could not.
const char* FramingProblem(MHD_Connection* connection) {
  Framing framing;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, AddToFraming, &framing);
  if (!framing.well_formed) {
    return "The request has a line that is not a header; send it as RFC 9112 says";
  }
  if (framing.hosts > 1) {
    return "The request has more than one Host; send one";
  }
  if (framing.sizes > 1) {
    return "The request says more than once how long its body is; send one Content-Length, or "
           "\"Transfer-Encoding: chunked\"";
  }
  if (!framing.coding.empty() && !absl::EqualsIgnoreCase(framing.coding, "chunked")) {
    return "The request's Transfer-Encoding is not \"chunked\", and nothing else is understood";
  }
  return nullptr;
}

std::optional<HttpMethod> ParseMethod(absl::string_view method) {
  if (method == "GET") {
    return HttpMethod::kGet;
  }
  if (method == "HEAD") {
    return HttpMethod::kHead;
  }
  if (method == "POST") {
    return HttpMethod::kPost;
  }
  return std::nullopt;
}

// The path of a request target in any of the forms that the three methods have (RFC 9112 3.2).
absl::string_view PathOf(absl::string_view target) {
  absl::string_view rest = target;
  if (absl::ConsumePrefix(&rest, "http://")) {
    const size_t slash = rest.find('/');
    rest = slash == absl::string_view::npos ? "/" : rest.substr(slash);
  }
  return rest.substr(0, rest.find('?'));
}

void FreeBody(void* held) { delete static_cast<std::shared_ptr<const std::string>*>(held); }

// Null when there is no memory.
MHD_Response* MakeResponse(const HttpAnswer& answer, bool last) {
  MHD_Response* response = nullptr;
  if (answer.body == nullptr) {
    response = MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
  } else {
    auto held = std::make_unique<std::shared_ptr<const std::string>>(answer.body);
    response = MHD_create_response_from_buffer_with_free_callback_cls(
        answer.body->size(), const_cast<char*>(answer.body->data()), FreeBody, held.get());
    if (response != nullptr) {
      held.release();  // the response's own now
    }
  }
  if (response == nullptr) {
    return nullptr;
  }
  for (const auto& [name, value] : answer.headers) {
    MHD_add_response_header(response, name.c_str(), value.c_str());
  }
  if (last) {
    MHD_add_response_header(response, "Connection", "close");
  }
  return response;
}

MHD_Result Send(HttpService& service, MHD_Connection* connection, const Exchange& exchange,
                const HttpAnswer& answer, bool last = false) {
  MHD_Response* response = MakeResponse(answer, last || service.stopping);
  if (response == nullptr) {
    return MHD_NO;
  }
  service.connections.Enter(exchange.socket, HttpPhase::kAnswer, SteadyTime());
  const auto status = static_cast<unsigned int>(answer.status);
  service.answers[std::min(status, kMostStatus)].fetch_add(1, std::memory_order_relaxed);
  if (answer.body != nullptr && !exchange.head && answer.status != 304) {
    service.body_bytes.fetch_add(answer.body->size(), std::memory_order_relaxed);
  }
  const MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

HttpAnswer TooLarge(const HttpLimits& limits) {
  return TextAnswer(413, absl::StrCat("The request's body is larger than ", limits.max_body_bytes,
                                      " octets; send a smaller one"));
}

// What is refused before a body is read; nullopt: nothing.
std::optional<HttpAnswer> RefuseEarly(const HttpService& service, MHD_Connection* connection,
                                      absl::string_view method) {
  if (!ParseMethod(method).has_value()) {
    return MethodNotAllowed(kAllowed);
  }
  if (const char* const problem = FramingProblem(connection)) {
    return TextAnswer(400, problem);
  }
  const absl::string_view length = HeaderOf(connection, "Content-Length");
  uint64_t size = 0;
  if (!length.empty() && (!absl::SimpleAtoi(length, &size) || size > kMostForgottenBytes)) {
    return TooLarge(service.limits);
  }
  return std::nullopt;
}

HttpAnswer AskHandler(const HttpService& service, MHD_Connection* connection,
                      absl::string_view method, const Exchange& exchange) {
  HttpRequest request;
  request.method = *ParseMethod(method);
  request.path = PathOf(exchange.target);
  request.content_type = HeaderOf(connection, "Content-Type");
  request.if_none_match = HeaderOf(connection, "If-None-Match");
  request.if_modified_since = HeaderOf(connection, "If-Modified-Since");
  if (request.method == HttpMethod::kPost) {
    request.body = exchange.body;
  }
  return service.handler(request);
}

// Called when the headers are there, for each part of the body, and at the end.
MHD_Result OnRequest(void* closure, MHD_Connection* connection, const char* /*url*/,
                     const char* method, const char* /*version*/, const char* part,
                     size_t* part_size, void** /*request*/) {
  auto& service = *static_cast<HttpService*>(closure);
  Exchange* const exchange = ExchangeOf(connection);
  if (exchange == nullptr) {
    return MHD_NO;
  }
  if (!exchange->begun) {
    exchange->begun = true;
    exchange->head = ParseMethod(method) == HttpMethod::kHead;
    if (const std::optional<HttpAnswer> refusal = RefuseEarly(service, connection, method)) {
      return Send(service, connection, *exchange, *refusal, /*last=*/true);
    }
    return MHD_YES;
  }
  if (*part_size != 0) {
    exchange->body_size += *part_size;
    if (exchange->body_size > kMostForgottenBytes) {
      return MHD_NO;
    }
    if (exchange->body_size <= service.limits.max_body_bytes) {
      exchange->body.append(part, *part_size);
    } else {
      exchange->body.clear();
    }
    *part_size = 0;
    return MHD_YES;
  }
  if (exchange->body_size > service.limits.max_body_bytes) {
    return Send(service, connection, *exchange, TooLarge(service.limits), /*last=*/true);
  }
  return Send(service, connection, *exchange, AskHandler(service, connection, method, *exchange));
}

// Called when the request line is there, with its target as it came.
void* OnTarget(void* closure, const char* target, MHD_Connection* connection) {
  auto& service = *static_cast<HttpService*>(closure);
  if (Exchange* const exchange = ExchangeOf(connection)) {
    exchange->target = target;
    exchange->begun = false;
    exchange->body_size = 0;
    exchange->body.clear();
    service.connections.Enter(exchange->socket, HttpPhase::kRequest, SteadyTime());
  }
  return nullptr;
}

void OnAnswered(void* closure, MHD_Connection* connection, void** /*request*/,
                MHD_RequestTerminationCode /*code*/) {
  auto& service = *static_cast<HttpService*>(closure);
  if (Exchange* const exchange = ExchangeOf(connection)) {
    exchange->body = std::string();
    service.connections.Enter(exchange->socket, HttpPhase::kIdle, SteadyTime());
  }
}

void OnConnection(void* closure, MHD_Connection* connection, void** socket_context,
                  MHD_ConnectionNotificationCode code) {
  auto& service = *static_cast<HttpService*>(closure);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    const MHD_ConnectionInfo* info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    auto exchange = std::make_unique<Exchange>();
    exchange->socket = info == nullptr ? -1 : info->connect_fd;
    service.connections.NoteTaken(exchange->socket);
    *socket_context = exchange.release();
    return;
  }
  const std::unique_ptr<Exchange> exchange(
      static_cast<Exchange*>(std::exchange(*socket_context, nullptr)));
  if (exchange != nullptr) {
    service.connections.Remove(exchange->socket);
  }
}

// Targets are read as they came, by whoever knows what they mean.
size_t LeaveEscapes(void* /*closure*/, MHD_Connection* /*connection*/, char* text) {
  return strlen(text);
}

// What the library has to say of single connections: of use to who looks for a fault, and a flood
// where someone provokes it.
void OnLog(void* /*closure*/, const char* format, va_list arguments) {
  static log::Limiter limiter(5);
  uint64_t suppressed = 0;
  if (!log::Enabled(log::Level::kDebug) || !limiter.Allow(SteadyTime(), &suppressed)) {
    return;
  }
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  log::Write(log::Level::kDebug, "libmicrohttpd",
             {{"message", absl::StripAsciiWhitespace(line)}, {"suppressed", suppressed}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpWorker>> HttpWorker::Start(HttpService& service) {
  auto worker = absl::WrapUnique(new HttpWorker(service));
  const HttpLimits& limits = service.limits;
  // A net under HttpConnections, whose bounds are stricter.
  const auto silence = static_cast<unsigned int>(
      absl::ToInt64Seconds(std::max(limits.idle_timeout, limits.request_timeout)) + 30);
  worker->daemon_ = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0,
      nullptr, nullptr, OnRequest, &service,                                           //
      MHD_OPTION_EXTERNAL_LOGGER, OnLog, nullptr,                                      // first
      MHD_OPTION_CONNECTION_LIMIT, static_cast<unsigned int>(limits.max_connections),  //
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * limits.max_header_bytes,                 //
      MHD_OPTION_CONNECTION_TIMEOUT, silence,                                          //
      MHD_OPTION_STRICT_FOR_CLIENT, 1,                                                 //
      MHD_OPTION_UNESCAPE_CALLBACK, LeaveEscapes, nullptr,                             //
      MHD_OPTION_URI_LOG_CALLBACK, OnTarget, &service,                                 //
      MHD_OPTION_NOTIFY_COMPLETED, OnAnswered, &service,                               //
      MHD_OPTION_NOTIFY_CONNECTION, OnConnection, &service,                            //
      MHD_OPTION_END);
  if (worker->daemon_ == nullptr) {
    return Unavailable(
        Reason::kInternal,
        "Cannot start a thread that serves HTTP; give the process more threads, memory or files "
        "(ulimit -u, -v and -n, or TasksMax, MemoryMax and LimitNOFILE of its systemd unit)");
  }
  return worker;
}

HttpWorker::~HttpWorker() {
  if (daemon_ != nullptr) {
    MHD_stop_daemon(daemon_);
  }
}

bool HttpWorker::Serve(Descriptor connection, const sockaddr_storage& peer, socklen_t peer_size) {
  const int socket = connection.Release();  // closed by the library, whatever comes of it
  if (MHD_add_connection(daemon_, socket, reinterpret_cast<const sockaddr*>(&peer), peer_size) ==
      MHD_YES) {
    return true;
  }
  service_.connections.Remove(socket);
  return false;
}

}  // namespace fleetca

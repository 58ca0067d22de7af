#include "client/authz/serve/http_server.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/net/http_token.h"
#include "base/status_macros.h"
#include "client/authz/serve/header_names.h"
#include "client/authz/serve/http_loop.h"
#include "client/authz/serve/listening_socket.h"
#include "client/authz/serve/request_head.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kMethodHeader = "X-Original-Method";
constexpr absl::string_view kTargetHeader = "X-Original-URI";
constexpr absl::string_view kReasonHeader = "X-Fleet-Reason";

// A header with "_" that a backend may take for one of ours or for an override. The proxy sets
// none, so it is the client's, and the backend gets it as well.
bool IsAnImitation(absl::string_view header) {
  return absl::StrContains(header, "_") && IsNotTheSendersToUse(header);
}

AuthorizerAnswer Ask(CurrentAuthorizer& authorizer, const RequestHead& head,
                     absl::string_view certificate_header) {
  for (const auto& [name, value] : head.headers) {
    if (IsAnImitation(name)) {
      return authorizer.RefuseProxy(absl::StrCat(
          "It passes on ", name,
          ", which a backend may take for a header of the daemon's or for another request; have "
          "the proxy drop headers with \"_\" (nginx: underscores_in_headers off)"));
    }
  }
  const auto certificate = head.Only(certificate_header);
  const auto method = head.Only(kMethodHeader);
  const auto target = head.Only(kTargetHeader);
  const auto host = head.Only("Host");
  if (!certificate.has_value() || !method.has_value() || !target.has_value() || !host.has_value()) {
    return authorizer.RefuseProxy(
        absl::StrCat("One of ", certificate_header, ", ", kMethodHeader, ", ", kTargetHeader,
                     " and Host came twice; have the proxy set them, not add to them"));
  }
  if (method->empty() || target->empty()) {
    return authorizer.RefuseProxy(absl::StrCat("There is no ",
                                               method->empty() ? kMethodHeader : kTargetHeader,
                                               "; have the proxy set it, see examples/nginx"));
  }
  return authorizer.Ask(
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

// `status` is a code and its phrase; `headers` are whole lines.
std::string Answer(absl::string_view status, absl::string_view headers, absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nConnection: close\r\n", headers,
                      "Content-Type: text/plain\r\nContent-Length: ", body.size(), "\r\n\r\n",
                      body);
}

absl::string_view RefusalPhrase(int http_status) {
  switch (http_status) {
    case 401:
      return "401 Unauthorized";
    case 503:
      return "503 Service Unavailable";
    default:
      return "403 Forbidden";
  }
}

std::string ToHttp(const AuthorizerAnswer& answer) {
  if (!answer.status.ok()) {
    return Answer(RefusalPhrase(answer.http_status),
                  absl::StrCat(kReasonHeader, ": ", answer.reason, "\r\n"),
                  absl::StrCat(answer.reason, "\n"));
  }
  std::string text = "HTTP/1.1 204 No Content\r\nConnection: close\r\n";
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&text, Capitalized(name), ": ", value, "\r\n");
  }
  return absl::StrCat(text, "\r\n");
}

class SocketServer final : public HttpServer {
 public:
  SocketServer(CurrentAuthorizer* authorizer, const HttpServerOptions& options,
               std::unique_ptr<ListeningSocket> socket)
      : authorizer_(*authorizer),
        certificate_header_(options.certificate_header),
        socket_(std::move(socket)) {}

  absl::Status StartLoops(int threads, int max_connections) {
    threads = std::max(1, threads);
    const size_t each = static_cast<size_t>(std::max(1, max_connections / threads));
    for (int i = 0; i < threads; ++i) {
      FLEETCA_ASSIGN_OR_RETURN(
          auto loop, HttpLoop::Start(socket_->fd(), each,
                                     [this](absl::string_view bytes) { return AnswerTo(bytes); }));
      loops_.push_back(std::move(loop));
    }
    return absl::OkStatus();
  }

  const ListenAddress& address() const override { return socket_->address(); }

 private:
  std::string AnswerTo(absl::string_view bytes) {
    const absl::StatusOr<RequestHead> head = ParseRequestHead(bytes);
    if (!head.ok()) {
      return Answer("400 Bad Request", "", absl::StrCat(head.status().message(), "\n"));
    }
    if (head->target == "/authorize") {
      return ToHttp(Ask(authorizer_, *head, certificate_header_));
    }
    if (head->target == "/readyz") {
      const AuthorizerReadiness readiness = authorizer_.Readiness();
      return Answer(readiness.ready ? "200 OK" : RefusalPhrase(503), "", readiness.text);
    }
    return head->target == "/healthz"
               ? Answer("200 OK", "", "ok\n")
               : Answer("404 Not Found", "", "Ask for /authorize, /healthz or /readyz\n");
  }

  CurrentAuthorizer& authorizer_;
  const std::string certificate_header_;
  const std::unique_ptr<ListeningSocket> socket_;
  // The last, as they use the others.
  std::vector<std::unique_ptr<HttpLoop>> loops_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(CurrentAuthorizer* authorizer,
                                                              const HttpServerOptions& options) {
  if (!IsHttpToken(options.certificate_header)) {
    return InvalidArgument(Reason::kConfigInvalid, "certificate_header",
                           absl::StrCat("\"", options.certificate_header,
                                        "\" is not a name of a header; write one such as ",
                                        kDefaultCertificateHeader));
  }
  FLEETCA_ASSIGN_OR_RETURN(auto socket, ListeningSocket::Open(options.address));
  auto server = std::make_unique<SocketServer>(authorizer, options, std::move(socket));
  FLEETCA_RETURN_IF_ERROR(server->StartLoops(options.threads, options.max_connections));
  return server;
}

}  // namespace fleetca::client

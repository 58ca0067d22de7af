// The HTTP that nginx's auth_request speaks.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_SERVER_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/authz/serve/current_authorizer.h"
#include "client/authz/serve/listen_address.h"

namespace fleetca::client {

inline constexpr absl::string_view kDefaultCertificateHeader = "X-Client-Cert";

struct HttpServerOptions {
  ListenAddress address;
  // Which header has nginx's $ssl_client_escaped_cert.
  std::string certificate_header = std::string(kDefaultCertificateHeader);
  // Each answers many connections in turns (http_loop.h).
  int threads = 4;
  // The limit for all threads together. A further connection takes the place of the one that has
  // waited longest for its request.
  int max_connections = 1024;
};

// /authorize, by whatever method, is about the request that X-Original-Method, X-Original-URI and
// Host describe; each of them and the certificate's header must be there at most once. 204 with
// X-Fleet-Identity, X-Fleet-Roles and X-Fleet-Attribute-...: it may pass. 401, 403 and, while
// nobody knows what is revoked, 503, with a line for the sender in the body and in X-Fleet-Reason,
// as nginx throws the body away. Other headers are not looked at. /healthz answers 200 as long as
// the process does; /readyz as CurrentAuthorizer::Readiness.
//
// A connection is closed after one answer: over loopback a new one costs little. The head has at
// most 48 KiB and 5 s to come; no body is read. Connections that say nothing hold up no one.
//
// Libraries do not give a head as it came, and an authorizer must judge what the proxy passes on.
// Debian's cpp-httplib percent-decodes headers: "/a%2fb" comes as "/a/b". libmicrohttpd 0.9.75,
// which base/http serves with, is silent, also where it is told to be strict, about what it mends:
// it cuts values and targets at a NUL, ends a line at a bare line feed, drops a header without a
// name, and puts a folded line at the end of the header's NAME, so that "X-Original-UR: /a", " I"
// comes as X-Original-URI. None of these can be told afterwards from a request that is well-formed.
class HttpServer {
 public:
  // Listens, on threads of its own. `authorizer` must outlive this. INVALID_ARGUMENT kConfigInvalid
  // for a certificate header that is not the name of a header; the errors of ListeningSocket::Open.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(CurrentAuthorizer* authorizer,
                                                           const HttpServerOptions& options);

  // Accepts no more, answers what was accepted.
  virtual ~HttpServer() = default;

  // With the port that was chosen.
  virtual const ListenAddress& address() const = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_HTTP_SERVER_H_

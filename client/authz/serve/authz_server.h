// `fleetca authz serve` without its command line: both protocols over one authorizer.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_AUTHZ_SERVER_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_AUTHZ_SERVER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/authz/http/http_authorizer_files.h"
#include "client/authz/serve/http_server.h"
#include "client/authz/serve/listen_address.h"

namespace fleetca::client {

struct AuthzServerOptions {
  HttpAuthorizerFiles files;
  // The attributes of a caller that the backend gets, by name.
  std::vector<std::string> passed_attributes;
  // At least one of them.
  std::optional<ListenAddress> grpc;
  std::optional<HttpServerOptions> http;
};

// Answers from Start on, on threads of its own. Thread-safe.
class AuthzServer {
 public:
  // The errors of CurrentAuthorizer::Create and of HttpServer::Start; FAILED_PRECONDITION
  // kConfigInvalid for an address that is taken.
  static absl::StatusOr<std::unique_ptr<AuthzServer>> Start(AuthzServerOptions options);

  // Takes no new requests and ends those that are open, within seconds.
  virtual ~AuthzServer() = default;

  // With the ports that were chosen; nullopt where it does not listen.
  virtual std::optional<ListenAddress> grpc_address() const = 0;
  virtual std::optional<ListenAddress> http_address() const = 0;

  // Reads roots, intermediates and routes again. On an error what was there stays in force.
  virtual absl::Status Reload() = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_AUTHZ_SERVER_H_

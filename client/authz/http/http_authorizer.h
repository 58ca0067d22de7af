// Whether an HTTP request may pass, from the certificate that its sender showed to the proxy.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/grants.h"
#include "client/authz/http/http_roles.h"
#include "client/authz/peer_cache.h"

namespace fleetca::client {

// A request as a proxy describes it. That the sender has the certificate's key is the proxy's word;
// everything else about the certificate is judged here.
struct HttpRequestInfo {
  // PEM, percent-encoded or not (certificate_text.h); empty: there is none.
  absl::string_view certificate;
  absl::string_view method;
  // The Host header or :authority.
  absl::string_view host;
  // The request target as it came: "/orders/7?all=1".
  absl::string_view target;
};

struct HttpDecision {
  // OK: let it pass. UNAUTHENTICATED: nobody the fleet knows. PERMISSION_DENIED: known, and may
  // not, or revoked. UNAVAILABLE: it is not known whether the certificate was revoked. The message
  // is for the sender, and says nothing of what there is or which roles it needs.
  absl::Status status;
  // Null: nobody.
  std::shared_ptr<const Grants> caller;
  // For the operator: the route that decided, "" when none did, and what it asks for.
  std::string route;
  std::string needed;

  // 200, 401, 403 or 503.
  int HttpStatus() const;
};

struct HttpAuthorizerOptions {
  // Roots, trust domain, audience, clock, what is revoked: who is listened to. And the issuing CAs,
  // as proxies pass on the leaf alone.
  AuthzVerifierOptions verifier;
  HttpRoles routes;
  // How many callers are remembered, some 4 KB each; 1 or more.
  size_t max_cached_peers = 4096;
};

// Pure but for the memory of verified callers: no file, no network, no log. Thread-safe.
class HttpAuthorizer {
 public:
  // INVALID_ARGUMENT kConfigInvalid, as AuthzVerifier::Create; the field is the option.
  static absl::StatusOr<std::unique_ptr<HttpAuthorizer>> Create(HttpAuthorizerOptions options);

  // The caller in the answer must not outlive this.
  HttpDecision Judge(const HttpRequestInfo& request);

 private:
  HttpAuthorizer(HttpAuthorizerOptions options, std::unique_ptr<AuthzVerifier> verifier);

  absl::StatusOr<std::shared_ptr<const Grants>> Caller(absl::string_view certificate);
  // Fills in all but the caller.
  void JudgeRoute(const HttpRequestInfo& request, HttpDecision* decision) const;

  const HttpRoles routes_;
  PeerCache peers_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_HTTP_AUTHORIZER_H_

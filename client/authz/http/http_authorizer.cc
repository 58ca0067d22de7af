#include "client/authz/http/http_authorizer.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/authz/http/certificate_text.h"
#include "client/authz/http/request_path.h"

namespace fleetca::client {
namespace {

absl::Status Refused(absl::string_view sentence) {
  return PermissionDenied(Reason::kCallerNotAllowed, sentence);
}

}  // namespace

int HttpDecision::HttpStatus() const {
  if (status.ok()) {
    return 200;
  }
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 403;
  }
}

absl::StatusOr<std::unique_ptr<HttpAuthorizer>> HttpAuthorizer::Create(
    HttpAuthorizerOptions options) {
  if (options.max_cached_peers == 0) {
    return InvalidArgument(Reason::kConfigInvalid, "max_cached_peers",
                           "No caller can be remembered; set max_cached_peers to 1 or more");
  }
  FLEETCA_ASSIGN_OR_RETURN(auto verifier, AuthzVerifier::Create(options.verifier));
  return absl::WrapUnique(new HttpAuthorizer(std::move(options), std::move(verifier)));
}

HttpAuthorizer::HttpAuthorizer(HttpAuthorizerOptions options,
                               std::unique_ptr<AuthzVerifier> verifier)
    : routes_(std::move(options.routes)), peers_(std::move(verifier), options.max_cached_peers) {}

absl::StatusOr<std::shared_ptr<const Grants>> HttpAuthorizer::Caller(
    absl::string_view certificate) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, ParseCertificateText(certificate));
  return peers_.Current(ders.front(), [&] { return ders; });
}

void HttpAuthorizer::JudgeRoute(const HttpRequestInfo& request, HttpDecision* decision) const {
  const auto path = ParseRequestPath(request.target);
  const std::optional<std::string> host = ParseRequestHost(request.host);
  if (!path.ok()) {
    decision->status = path.status();
  } else if (!host.has_value()) {
    decision->status = Refused("The request's host is not a name or address; ask for one");
  } else if (!IsHttpMethod(request.method)) {
    decision->status = Refused("The request's method is none of HTTP's; write it in capitals");
  } else {
    HttpRule rule = routes_.Find(*host, request.method, *path);
    decision->route = std::move(rule.route);
    decision->needed = RequiredRolesInWords(rule.roles);
    decision->status = CheckRoles(rule.roles, *decision->caller, "send this request");
    return;
  }
  decision->needed = "a request that has one meaning";
}

HttpDecision HttpAuthorizer::Judge(const HttpRequestInfo& request) {
  HttpDecision decision;
  auto caller = Caller(request.certificate);
  if (!caller.ok()) {
    decision.status = caller.status();
    return decision;
  }
  decision.caller = *std::move(caller);
  JudgeRoute(request, &decision);
  return decision;
}

}  // namespace fleetca::client

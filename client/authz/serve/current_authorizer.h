// What both protocols of `fleetca authz serve` ask: one answer to a request, in the terms of HTTP.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_CURRENT_AUTHORIZER_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_CURRENT_AUTHORIZER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/log_limiter.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "client/authz/grants.h"
#include "client/authz/http/http_authorizer.h"
#include "client/authz/http/http_authorizer_files.h"
#include "client/authz/serve/header_names.h"

namespace fleetca::client {

// Name, in lower case, and value; both may stand in a header.
using Headers = std::vector<std::pair<std::string, std::string>>;

// Who a caller is, for the backend: the identity; the roles joined with commas, where there are
// any; each attribute that `attributes` names, its value percent-encoded where it is not printable
// ASCII. Only those that are named: a lawful certificate may have more of them than a proxy's
// buffers take.
Headers IdentityHeaders(const Grants& grants, const std::vector<std::string>& attributes);

// Whether an attribute can be passed on in a header of its own: INVALID_ARGUMENT kConfigInvalid
// about `flag` unless its name is of a-z, 0-9 and "-", as others might meet in one header, with
// kMostDashesOfAttribute at the most.
absl::Status CheckPassedAttribute(absl::string_view attribute, absl::string_view flag);

struct AuthorizerAnswer {
  absl::Status status;  // as in HttpDecision
  int http_status = 0;  // 200, 401, 403 or 503
  // IdentityHeaders where the request may pass; empty otherwise.
  Headers headers;
  // For the sender, one line of printable ASCII, where the request may not pass.
  std::string reason;
};

// Whether requests are judged by all that there is to know.
struct AuthorizerReadiness {
  bool ready = false;
  // For people and scripts: "name: value" in lines.
  std::string text;
};

// An HttpAuthorizer that can be replaced while it is used. Refusals are written to the log
// (base/log.h), some each second at most. Thread-safe.
class CurrentAuthorizer {
 public:
  // `attributes` are those that a backend gets. The errors of LoadHttpAuthorizer and of
  // CheckPassedAttribute.
  static absl::StatusOr<std::unique_ptr<CurrentAuthorizer>> Create(
      HttpAuthorizerFiles files, std::vector<std::string> attributes);

  AuthorizerAnswer Ask(const HttpRequestInfo& request) ABSL_LOCKS_EXCLUDED(mutex_);

  // Every header that an answer may have, in small letters.
  std::vector<std::string> HeaderNames() const;

  // The answer to a request that the proxy did not describe as it should; the sentence goes to the
  // log.
  AuthorizerAnswer RefuseProxy(absl::string_view sentence);

  // Not ready while every caller is refused because nobody knows what is revoked.
  AuthorizerReadiness Readiness() const;

  // Reads the files again, all at one time; requests in progress end with the old ones. On an
  // error, those of LoadHttpAuthorizer, the old ones stay in force.
  absl::Status Reload() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  CurrentAuthorizer(HttpAuthorizerFiles files, std::vector<std::string> attributes);
  CurrentAuthorizer(const CurrentAuthorizer&) = delete;
  CurrentAuthorizer& operator=(const CurrentAuthorizer&) = delete;

  // What the files say, judged as a whole and then put in force.
  absl::Status SwitchTo(absl::Span<const SecretBytes> contents) ABSL_LOCKS_EXCLUDED(mutex_);

  std::shared_ptr<HttpAuthorizer> Current() ABSL_LOCKS_EXCLUDED(mutex_);
  void LogRefusal(const HttpRequestInfo& request, const HttpDecision& decision);

  const HttpAuthorizerFiles files_;
  const std::vector<std::string> attributes_;
  log::Limiter refusals_;
  absl::Mutex mutex_;
  std::shared_ptr<HttpAuthorizer> authorizer_ ABSL_GUARDED_BY(mutex_);
  WatchedFiles watched_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_CURRENT_AUTHORIZER_H_

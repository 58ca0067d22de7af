// From a bearer token (RFC 6750) to a caller.
#ifndef FLEETCA_SERVICE_EDGE_BEARER_AUTHENTICATOR_H_
#define FLEETCA_SERVICE_EDGE_BEARER_AUTHENTICATOR_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "service/caller.h"
#include "service/edge/call_authenticator.h"
#include "service/jwt/jwt_authenticator.h"

namespace fleetca::service {

// Reads the one "authorization: Bearer TOKEN" of a call's metadata. A token with dots is a JWT and
// is verified here; any other is taken for a join token, whose hash goes to the issuer, as only
// there it can be looked at and used up in one. Tokens are never logged. Thread-safe.
class BearerAuthenticator : public CallAuthenticator {
 public:
  // `jwts` may be null: no JWT is accepted then. Both outlive this.
  BearerAuthenticator(const JwtAuthenticator* jwts, const Clock& clock)
      : jwts_(jwts), clock_(clock) {}

  // UNAUTHENTICATED kCallerUnknown: no token, more than one, or one that is of no use.
  // PERMISSION_DENIED kCallerNotAllowed: a good JWT that no rule gives an identity.
  absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context) override;

  // The caller whom the value of the one header speaks for.
  absl::StatusOr<Caller> AuthenticateHeader(absl::string_view value);

 private:
  absl::StatusOr<Caller> AuthenticateJwt(absl::string_view token);

  const JwtAuthenticator* const jwts_;
  const Clock& clock_;
  log::Limiter refusals_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_BEARER_AUTHENTICATOR_H_

// From a bearer token (RFC 6750) to whom it speaks for.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BEARER_READER_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BEARER_READER_H_

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/log_limiter.h"
#include "fleetca/internal/v1/bootstrap_relay.pb.h"
#include "service/jwt/jwt_reader.h"

namespace fleetca::service {

// Reads the one "authorization: Bearer TOKEN" of a call's metadata. A token with dots is a JWT and
// is verified here; any other is taken for a join token, whose hash goes to the issuing process, as
// only there it can be looked at and used up in one. Tokens are never logged. Thread-safe.
class BearerReader {
 public:
  // `jwts` may be null: no JWT is accepted then. Both outlive this.
  BearerReader(const JwtReader* jwts, const Clock& clock) : jwts_(jwts), clock_(clock) {}

  // UNAUTHENTICATED kCallerUnknown: no token, more than one, or one that is of no use.
  // PERMISSION_DENIED kCallerNotAllowed: a good JWT that no rule gives an identity.
  absl::StatusOr<internal::v1::Credential> Read(const grpc::ServerContextBase& context);

  // Of the value of the one header. `peer` is for the log.
  absl::StatusOr<internal::v1::Credential> ReadHeader(absl::string_view value,
                                                      absl::string_view peer);

 private:
  absl::StatusOr<internal::v1::Credential> ReadJwt(absl::string_view token, absl::string_view peer);
  // The one answer to every token that is of no use; the log gets why, and never the token.
  absl::Status Refuse(absl::string_view why, absl::string_view peer);

  const JwtReader* const jwts_;
  const Clock& clock_;
  log::Limiter refusals_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BEARER_READER_H_

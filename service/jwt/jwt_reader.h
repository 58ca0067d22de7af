// The caller by a JSON Web Token: its signature and claims are verified and mapped to an identity.
#ifndef FLEETCA_SERVICE_JWT_JWT_READER_H_
#define FLEETCA_SERVICE_JWT_JWT_READER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/caller/caller.h"
#include "service/jwt/claim_rules.h"
#include "service/jwt/jwt_verifier.h"

namespace fleetca::service {

// Immutable but for key sources; thread-safe.
class JwtReader {
 public:
  // INVALID_ARGUMENT kConfigInvalid as JwtVerifier::Create and ClaimRules::Create, and for a rule
  // of an issuer that is not in `issuers` ("rules[1].issuer"). No issuer at all is not a mistake:
  // then no token is accepted.
  static absl::StatusOr<std::unique_ptr<JwtReader>> Create(
      absl::string_view trust_domain, std::vector<JwtIssuer> issuers,
      const std::vector<ClaimRuleOptions>& rules);

  // Who holds the token. Waits for no network, and uses nothing up.
  //
  // UNAUTHENTICATED kCallerUnknown, with one and the same sentence whatever is wrong with the
  // token. PERMISSION_DENIED kCallerNotAllowed for a token that is right but that no rule maps: its
  // bearer proved to be someone whom our issuer sent to us, and may know what is missing. Either
  // way `log_detail`, emptied on success, has what the operator needs, without the token; safe to
  // log.
  absl::StatusOr<JwtCaller> Authenticate(absl::string_view token, absl::Time now,
                                         std::string* log_detail) const;

 private:
  JwtReader(std::unique_ptr<const JwtVerifier> verifier, ClaimRules rules)
      : verifier_(std::move(verifier)), rules_(std::move(rules)) {}

  const std::unique_ptr<const JwtVerifier> verifier_;
  const ClaimRules rules_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JWT_READER_H_

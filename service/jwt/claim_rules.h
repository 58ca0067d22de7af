// Which identity the bearer of a token has: rules from claims to SPIFFE IDs.
#ifndef FLEETCA_SERVICE_JWT_CLAIM_RULES_H_
#define FLEETCA_SERVICE_JWT_CLAIM_RULES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/claim_pattern.h"
#include "service/jwt/json.h"
#include "service/jwt/jwt_verifier.h"

namespace fleetca::service {

struct ClaimMatchOptions {
  // A claim's name, "sub"; or, with a "/" at its start, a JSON Pointer (RFC 6901) into the claims:
  // "/kubernetes.io/namespace".
  std::string claim;
  std::string pattern;  // claim_pattern.h; a claim that is not a string matches none
};

struct ClaimRuleOptions {
  std::string issuer;                      // `iss`, octet for octet
  std::vector<ClaimMatchOptions> matches;  // all of them
  std::string identity;                    // path of the SPIFFE ID: "/svc/{namespace}/{name}"
  // Where the identity is written, for messages; empty when in no file: "fleetca.textproto:12", and
  // "token_issuers[0].rules[1].identity".
  std::string place = "";
  std::string field = "";
};

// A Kubernetes service account by its projected token, whose `sub` is
// "system:serviceaccount:NAMESPACE:NAME". `identity` may have {namespace} and {name}.
ClaimRuleOptions KubernetesServiceAccountRule(absl::string_view issuer, absl::string_view identity);

// Immutable, thread-safe.
class ClaimRules {
 public:
  // INVALID_ARGUMENT kConfigInvalid, with the field ("rules[1].matches[0].pattern"). Refused are
  // rules that leave a choice: two of one issuer that some token could match both, a capture that
  // appears twice, two captures in one segment of an identity ("{a}-{b}" gives "x-y-z" to two
  // subjects), a rule without a match.
  static absl::StatusOr<ClaimRules> Create(absl::string_view trust_domain,
                                           const std::vector<ClaimRuleOptions>& rules);

  // The SPIFFE ID of the holder of these claims. PERMISSION_DENIED kCallerNotAllowed when no rule
  // says one; kNameReserved when it would be that of the CA's server, which is for no token.
  absl::StatusOr<std::string> Identity(const JwtClaims& claims) const;

 private:
  struct Match {
    std::vector<std::string> path;
    ClaimPattern pattern;
  };
  // A literal, followed by a capture unless its name is "".
  struct Piece {
    std::string literal;
    std::string capture;
  };
  struct Rule {
    std::string issuer;
    std::vector<Match> matches;
    std::vector<Piece> identity;
  };

  ClaimRules(absl::string_view trust_domain, std::vector<Rule> rules);

  static absl::StatusOr<Rule> ParseRule(absl::string_view trust_domain, absl::string_view field,
                                        const ClaimRuleOptions& options);
  static absl::StatusOr<std::vector<Piece>> ParseIdentity(absl::string_view trust_domain,
                                                          absl::string_view field,
                                                          absl::string_view text,
                                                          const std::vector<std::string>& captures);
  static bool Overlap(const Rule& a, const Rule& b);
  static bool Matches(const Rule& rule, const JwtClaims& claims, ClaimCaptures* captures);

  std::string server_identity_;
  std::vector<Rule> rules_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_CLAIM_RULES_H_

// Whom the process of the bootstrap port may speak for.
#ifndef FLEETCA_SERVICE_RPC_RELAYED_CALLER_H_
#define FLEETCA_SERVICE_RPC_RELAYED_CALLER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "fleetca/internal/v1/bootstrap_relay.pb.h"
#include "service/caller/caller.h"
#include "service/config/token_issuer_config.h"

namespace fleetca::service {

// Strangers talk to that process, so one of them may have taken it over. What it says about a
// credential is believed only as far as any token could have brought it: a join token by its hash,
// which nobody has who has not seen the token, and of JWTs identities that the rules of a token
// issuer can give, which the identity of the CA's server never is. As with every bearer token the
// caller then speaks for this identity alone. Immutable, thread-safe.
class RelayedCallers {
 public:
  RelayedCallers(absl::string_view trust_domain, const std::vector<TokenIssuerConfig>& issuers,
                 const Clock& clock);

  // PERMISSION_DENIED kCallerNotAllowed for a credential that no token gives.
  absl::StatusOr<Caller> CallerOf(const internal::v1::Credential& credential) const;

 private:
  // The identities that one rule gives: "/svc/{namespace}/{name}" behind the trust domain.
  struct Reach {
    std::string identity;
    bool one_use;
    bool certificates_end_with_token;
  };

  const std::string prefix_;  // "spiffe://fleet.example"
  const std::string server_identity_;
  const Clock& clock_;
  std::vector<Reach> reaches_;
};

// Whether captures could make `path` of the path of a claim rule's identity. A capture, at most one
// in a segment, stands for one or more of a segment's characters, and for the same ones wherever
// its name stands again.
bool MatchesIdentityPath(absl::string_view rule, absl::string_view path);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_RELAYED_CALLER_H_

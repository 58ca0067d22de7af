// The steps "identity" and "roles" of a verdict: what a service decides of a caller.
#ifndef FLEETCA_CLIENT_VERDICT_VERDICT_IDENTITY_H_
#define FLEETCA_CLIENT_VERDICT_VERDICT_IDENTITY_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/verdict/verdict.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {

struct IdentityStep {
  // "fleet.example"; "": no service is asked, and both steps are skipped.
  std::string trust_domain;
  // What audiences call the service; "": grants with an audience do not count there.
  std::string audience;
  // The roles of which the caller needs one; empty: none is asked for.
  std::vector<std::string> roles;
  x509::AuthzOids oids;
  Purpose purpose = Purpose::kClient;
};

// Adds both steps. They are what AuthzVerifier (client/authz), which services link, says of the
// chain that was judged, with its root as the one that is trusted. Both are skipped where no
// service was asked, and fail where there is no such chain: nobody's identity stands on an
// untrusted root.
void JudgeIdentity(const IdentityStep& step, absl::Time at, Verdict* verdict);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_VERDICT_IDENTITY_H_

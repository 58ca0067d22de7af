// What an agent asks of its CA.
#ifndef FLEETCA_CLIENT_AGENT_CA_PORT_H_
#define FLEETCA_CLIENT_AGENT_CA_PORT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/files/credential_files.h"
#include "client/issue_request.h"
#include "client/issued.h"
#include "client/renewal_info.h"
#include "client/trust_bundle.h"

namespace fleetca::client {

// One attempt each, over whichever server of the CA answers: the agent has a back-off of its own,
// which it keeps over its starts. An error keeps the CA's code, Reason and RetryInfo. Whatever is
// returned was verified. Thread-safe.
//
// A Credential's roots are those that the server must chain to.
class CaPort {
 public:
  virtual ~CaPort() = default;

  // With a join token or a JWT, at the bootstrap port.
  virtual absl::StatusOr<Issued> Enroll(const SecretBytes& token, const IssueOptions& request) = 0;
  // The next certificate of the line of `held`, over mutual TLS with it. It may have ended by this
  // host's clock, which does not count: the CA says whether it has.
  virtual absl::StatusOr<Issued> Renew(const Credential& held, const RenewOptions& request) = 0;
  // The same by a proof, at the bootstrap port: `held` may have ended.
  virtual absl::StatusOr<Issued> RenewByProof(const Credential& held,
                                              const RenewOptions& request) = 0;
  // When `held` should be renewed.
  virtual absl::StatusOr<RenewalInfo> GetRenewalInfo(const Credential& held) = 0;
  // Whom to trust, asked with `held`.
  virtual absl::StatusOr<TrustBundle> GetTrustBundle(const Credential& held) = 0;
  // Whether the CA takes a handshake and a call with `credential`, before others use it; by the
  // CA's clock, as Renew.
  virtual absl::Status Try(const Credential& credential) = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CA_PORT_H_

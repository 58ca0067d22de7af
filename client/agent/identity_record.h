// What an agent keeps of an identity over its starts.
#ifndef FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_H_
#define FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/secret.h"
#include "client/agent/renewal_plan.h"
#include "client/agent/request_shape.h"
#include "client/files/credential_files.h"

namespace fleetca::client {

// How a certificate is had. By the certificate of an earlier program, which is taken over as it is.
enum class EnrollmentMethod { kCertificate, kJwt, kJoinToken, kRenewal };

struct KeptChain {
  std::string certificate_der;  // empty: there is none
  // Nearest issuer first, without the root.
  std::vector<std::string> chain_der;

  bool empty() const { return certificate_der.empty(); }
};

// What the CA is asked for. It is kept before it goes out, so that after a crash the same is asked
// for again and the CA gives the same answer.
struct CaRequest {
  EnrollmentMethod method = EnrollmentMethod::kJoinToken;
  std::string request_id;
  // Both empty where the key in force stays.
  std::string csr_der;
  SecretBytes private_key_pem;
  // What it asks for, each time it is sent, whatever the configuration says by then; nullopt: the
  // record is from before shapes were kept.
  std::optional<RequestShape> shape;
};

// A value.
struct IdentityRecord {
  // The certificate in force and its key.
  KeptChain held;
  SecretBytes held_key_pem;
  // What it was asked for with; nullopt: it is not known, and no configuration differs from it.
  std::optional<RequestShape> held_shape;
  std::optional<CaRequest> request;
  // The answer to the request, which is not in force before the CA has taken it.
  KeptChain pending;
  // Of the certificate in force.
  RenewalPlan plan;
  uint32_t renewals_of_key = 0;
  // The reason for which the line of the certificate in force gets no other one; "": it does.
  std::string line_ended;
  // In a row, and when to try again.
  int failures = 0;
  absl::Time retry_at = absl::UnixEpoch();
  // What the last attempt asked for, where the CA refused it: another configuration need not wait.
  std::optional<RequestShape> refused_shape;
  // Whom the identity trusts.
  std::vector<std::string> roots_der;
  // The generation of the files that the hooks are of, since when it is in place, and which hooks
  // have worked since, in words: the first ones of the list.
  uint64_t hooks_generation = 0;
  absl::Time changed_at = absl::UnixEpoch();
  std::vector<std::string> hooks_done;

  // The key of the answer to the request.
  const SecretBytes& pending_key_pem() const {
    return request.has_value() && !request->private_key_pem.empty() ? request->private_key_pem
                                                                    : held_key_pem;
  }
};

// A copy of the certificate, its chain, its key and the roots.
inline Credential MakeCredential(const KeptChain& chain, const SecretBytes& key_pem,
                                 const std::vector<std::string>& roots_der) {
  Credential credential;
  credential.private_key_pem = SecretBytes(key_pem.view());
  credential.certificate_der = chain.certificate_der;
  credential.chain_der = chain.chain_der;
  credential.roots_der = roots_der;
  return credential;
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_IDENTITY_RECORD_H_

// What Envoy's secret discovery service says of an identity.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SECRETS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SECRETS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/agent/held_identities.h"
#include "client/agent/sockets/shared_octets.h"

namespace fleetca::client {

// The names that Envoy's configuration may use: for the certificate with its key "default" and the
// SPIFFE ID; for whom to trust, with the CRLs, "ROOTCA" (as Istio calls it) and "spiffe://" with
// the trust domain; and "ALL" for whom to trust by Envoy's SPIFFE validator, which reads no CRLs.
//
// Never changed once it is made; thread-safe then.
class SdsSecrets {
 public:
  // PEM, as Envoy wants it. The errors of DecodePrivateKey.
  static absl::StatusOr<SdsSecrets> Make(const HeldIdentity& held);

  // Whether it was made of an identity. What was not has nothing, and does not know the names that
  // will stand for something.
  bool IsOfAnIdentity() const { return !trust_domain_id_.empty(); }
  // Whether the name stands for something, be it there or not.
  bool Knows(absl::string_view name) const;
  // The octets of a Secret without its name; null where there is none now.
  SharedOctets Find(absl::string_view name) const;
  // What a client gets that asks for no name: each thing under its full name.
  std::vector<std::string> AllNames() const { return {spiffe_id_, trust_domain_id_}; }

 private:
  std::string spiffe_id_;
  std::string trust_domain_id_;
  SharedOctets certificate_;
  SharedOctets trust_;
  SharedOctets all_trust_;
};

// The octets of the Secret with its name.
SecretBytes NamedSecret(absl::string_view name, const SharedOctets& octets);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SDS_SECRETS_H_

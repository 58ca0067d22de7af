// One issuance within one cycle of the issuer.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUANCE_ITEM_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUANCE_ITEM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/prepared.h"
#include "service/issuance/in_flight_requests.h"
#include "service/issuance/issuance.h"
#include "service/issuance/issued_certificate.h"
#include "service/policy/budgets.h"
#include "service/policy/decision.h"
#include "store/join_token.h"
#include "x509/cert_spec.h"
#include "x509/csr.h"

namespace fleetca::service {

// What the steps of the cycle tell each other about an issuance. It is alive while `status` is OK
// and it is not `done`, and each step looks only at items that are alive. An item stays where it is
// from its admission on: others alias its fields.
struct IssuanceItem {
  explicit IssuanceItem(Issuance* of) : issuance(of) {}
  IssuanceItem(IssuanceItem&&) = default;

  bool alive() const { return !done && status.ok(); }

  Issuance* issuance;
  absl::Status status;
  // Nothing is left to do but to answer: a replay, or a validate_only request that passed.
  bool done = false;

  // The identity that asks and the profile it asks for, as the request or its join token says.
  absl::string_view caller;
  absl::string_view profile;
  // For a renewal the certificate that is renewed; aliases the issuance's caller.
  const CallerCertificate* renewed = nullptr;
  // What the store knew of the join token when the item was admitted.
  std::optional<store::JoinTokenState> join_token;
  // Of the request_id, 32 octets each; empty where there is none.
  std::string request_key;
  std::string request_digest;
  // What the item holds until it is answered (Admission::Release).
  absl::InlinedVector<InFlightRequests::Key, 2> claims;
  // What the item holds of a budget until it is known whether its certificate is issued.
  std::optional<Budgets::Claim> budget;

  x509::Csr csr;                    // of a renewal without one, the key alone
  x509::GeneralNames caller_names;  // of the certificate that asks; alias the issuance's caller
  Decision decision;                // aliases csr, caller_names and the batch's policy
  x509::CertSpec spec;
  // The shard that the certificate names, and its URL, which spec aliases.
  std::optional<uint16_t> crl_shard;
  std::string crl_url;
  std::optional<Prepared> prepared;
  IssuedCertificate answer;
  // How often the join token was used, this certificate included, once it is recorded.
  uint32_t token_uses = 0;
};

using IssuanceItems = std::vector<IssuanceItem>;

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUANCE_ITEM_H_
